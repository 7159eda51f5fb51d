import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Computed, Networks } from '../../../../companion/diffusion/networks.ts'
import type { Means } from '../../../../companion/engines/engine.ts'
import { findModel } from '../../../../companion/engines/stable-diffusion/weights.ts'
import { CompanionError } from '../../../../companion/errors.ts'
import { models } from '../../../../models/index.ts'
import { stableDiffusion15 } from '../../../../models/stable-diffusion/config.ts'
import { publishedLayout, tokenizerFiles } from '../../../support/diffusion.ts'
import { quietRun } from '../../../support/fill-job.ts'
import { writeEmptySafetensors } from '../../../support/safetensors.ts'
import { scriptedRuntime } from '../../../support/scripted-runtime.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  for (const [id, layouts] of Object.entries(published)) {
    for (const [name, layout] of Object.entries(layouts))
      writeEmptySafetensors(join(folder, id, name), layout)
    const { vocabulary, merges } = tokenizerFiles('!')
    mkdirSync(join(folder, id, 'tokenizer'))
    writeFileSync(join(folder, id, 'tokenizer', 'vocab.json'), JSON.stringify(vocabulary))
    writeFileSync(join(folder, id, 'tokenizer', 'merges.txt'), merges)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('findModel', () => {
  test.each([
    [
      'the better one of both',
      ['stable-diffusion-2', 'stable-diffusion-1-5'],
      undefined,
      'Stable Diffusion 2',
    ],
    ['the only one', ['stable-diffusion-1-5'], undefined, 'Stable Diffusion 1.5'],
    ['the one asked for', ['stable-diffusion-2', 'stable-diffusion-1-5'], '1.5', 'Stable Diffusion 1.5'],
  ])('takes %s', async (_, installed, version, title) => {
    expect((await findModel(meansWith(installed), version)).title).toBe(title)
  })

  test('takes no other than the one asked for', async () => {
    await expect(findModel(meansWith(['stable-diffusion-2']), '1.5')).rejects.toMatchObject({
      code: 'model-missing',
    })
  })

  test.each([
    ['2', '! a vase!', 0],
    ['1.5', 'a vase', 49407],
  ])('knows how %s pads', async (version, words, padding) => {
    const { tokenizer } = await findModel(meansWith(Object.keys(published)), version)
    expect(tokenizer.frame(tokenizer.idsOf(words)).at(-1)).toBe(padding)
  })
})

describe('a whole model in one file', () => {
  const names = {
    'model.diffusion_model.time_embed.0.weight': [8, 8],
    'cond_stage_model.transformer.text_model.final_layer_norm.weight': [8],
    'first_stage_model.encoder.conv_in.weight': [8, 3, 3, 3],
  }
  const meansOf = (checkpoint: string): Means => ({ ...meansWith([]), checkpoint })

  test('is taken apart, with the words of the folder beside it', async () => {
    const path = join(folder, 'stable-diffusion-1-5', 'whole.safetensors')
    writeEmptySafetensors(path, names)
    const tokens = join(folder, 'stable-diffusion-1-5', 'tokenizer', 'special_tokens_map.json')
    writeFileSync(tokens, JSON.stringify({ pad_token: '<|endoftext|>' }))
    const { unet, textEncoder, vae, config } = await findModel(meansOf(path), undefined)

    expect([unet, textEncoder, vae].flatMap(({ checkpoint }) => [...checkpoint.keys()])).toEqual([
      'time_embedding.linear_1.weight',
      'text_model.final_layer_norm.weight',
      'encoder.conv_in.weight',
    ])
    expect(config).toBe(stableDiffusion15)
  })

  test.each([
    [
      'that is another network',
      'lone.safetensors',
      { 'conv.weight': [8] },
      /lone\.safetensors is no Stable Diffusion/,
    ],
    ['without its words', 'alone/whole.safetensors', names, /special_tokens_map\.json could not be opened/],
  ])('is refused %s', async (_, name, layout, sentence) => {
    writeEmptySafetensors(join(folder, name), layout)
    await expect(findModel(meansOf(join(folder, name)), undefined)).rejects.toThrow(sentence)
  })

  test('says itself which one it is', async () => {
    await expect(findModel(meansOf(folder), '2')).rejects.toMatchObject({ code: 'option-invalid' })
  })
})

describe('the published layout', () => {
  test.each(['2', '1.5'])('of %s is what the graphs are built from', async (version) => {
    const runtime = scriptedRuntime([
      () => ({ last_hidden_state: floats(3) }),
      () => ({ moments: floats(8) }),
      () => ({ out_sample: floats(4) }),
      () => ({ image: floats(3) }),
    ])
    const model = await findModel(meansWith(Object.keys(published)), version)
    const way = {
      on: 'cpu',
      precision: 'usual',
      rowsAtOnce: 1,
      tileSide: undefined,
      pictureByPicture: true,
      queriesAtOnce: undefined,
      optimisation: 'extended',
    } as const
    const networks = new Networks(model, runtime, new Computed())
    const size = { width: 128, height: 64 }
    await networks.embed('a vase', way, quietRun)
    const { encode, predict, decode } = networks.inpaintModel(size, null, way, quietRun)
    await encode(new Float32Array(3 * 128 * 64))
    await predict(new Float32Array(9 * 16 * 8), 1, new Float32Array(77 * model.config.unet.contextWidth))
    await decode(new Float32Array(4 * 16 * 8))

    expect(runtime.loads).toHaveLength(4)
  })
})

const published = {
  'stable-diffusion-2': {
    'unet/diffusion_pytorch_model.fp16.safetensors': publishedLayout('sd2-unet'),
    'text_encoder/model.fp16.safetensors': publishedLayout('sd2-text-encoder'),
    'vae/diffusion_pytorch_model.fp16.safetensors': publishedLayout('sd15-vae'),
  },
  'stable-diffusion-1-5': {
    'unet/diffusion_pytorch_model.fp16.safetensors': publishedLayout('sd15-unet'),
    'text_encoder/model.fp16.safetensors': publishedLayout('sd15-text-encoder'),
    'vae/diffusion_pytorch_model.fp16.safetensors': publishedLayout('sd15-vae'),
  },
}

function meansWith(installed: readonly string[]): Means {
  return {
    runtime: scriptedRuntime([]),
    async files(id) {
      if (!installed.includes(id)) throw new CompanionError('model-missing', `${id} is not installed.`)
      const { files } = models.find((model) => model.id === id)!
      return new Map(files.map(({ name }) => [name, join(folder, id, name)]))
    },
  }
}

function floats(length: number) {
  return { type: 'float32', shape: [length], data: new Float32Array(length) } as const
}
