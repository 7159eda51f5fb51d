import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../../companion/diffusion/found-model.ts'
import { Computed, Networks } from '../../../companion/diffusion/networks.ts'
import { createStableDiffusion } from '../../../companion/engines/stable-diffusion/index.ts'
import { silentLog } from '../../../companion/log.ts'
import { OnnxRuntime } from '../../../companion/runtime/session.ts'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import { writeRandomWeights } from '../../bench/random-weights.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { diffusionPath, publishedLayout, tinyFolder } from '../../support/diffusion.ts'
import { quietRun } from '../../support/fill-job.ts'
import { goldenCalls, goldenWords } from '../../support/golden-calls.ts'
import { gradientImage, rectMask } from '../../support/images.ts'
import { expectClose } from '../../support/onnx.ts'
import { readReference } from '../../support/reference.ts'
import { writeHalfSafetensors } from '../../support/safetensors.ts'
import { type HalfTensor, trainingCheckpoint } from '../../support/torch-file.ts'
import { narrowWholeModelLayout, originalName } from '../../support/whole-model.ts'

let runtime: OnnxRuntime
beforeAll(() => {
  runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
})
afterAll(() => runtime.unload())

describe('a folder in diffusers layout', () => {
  test.each(['sd15-ddim-eta1', 'sd2-pndm-5'])('understands words as diffusers does in %s', async (name) => {
    const { model } = goldenCalls.find((call) => call.name === name)!
    const found = await openModel(tinyFolder(model, temporaryFolder()))
    const networks = new Networks(found, runtime, new Computed())
    const reference = await readReference(diffusionPath('pipeline', `${name}.safetensors`))
    for (const [words, expected] of [
      [goldenWords.prompt, 'prompt_embeds'],
      [goldenWords.negativePrompt, 'negative_prompt_embeds'],
    ] as const) {
      const data = await networks.embed(words, { on: 'cpu', precision: 'usual' }, quietRun)
      const { shape } = reference(expected)
      expectClose({ shape, data }, reference(expected), 2e-5)
    }
  })

  test('takes full precision before float16, and .safetensors before what PyTorch saved', async () => {
    const folder = tinyFolder('sd15-tiny', temporaryFolder())
    const part = join(folder, 'text_encoder')
    const order = [
      'model.safetensors',
      'model.fp16.safetensors',
      'pytorch_model.bin',
      'pytorch_model.fp16.bin',
    ] as const
    const weights = readFileSync(join(part, 'model.fp16.safetensors'))
    for (const name of order) writeFileSync(join(part, name), weights)
    for (const name of order) {
      expect((await openModel(folder)).textEncoder.weights.path).toBe(join(part, name))
      renameSync(join(part, name), join(part, 'elsewhere'))
    }
    await expect(openModel(folder)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('Expected one of text_encoder.safetensors, model.safetensors, '),
    })
  })
})

/*
 * Narrow networks of random weights, under the names that the original authors gave theirs and under those of diffusers.
 */
describe('one file as the original authors publish it', () => {
  test.each([
    { kind: '1.5', name: 'sd-v1-5-inpainting' },
    { kind: '2', name: '512-inpainting-ema' },
  ] as const)('gives the picture of the folder with the same weights: $name', async ({ kind, name }) => {
    const folder = temporaryFolder()
    const tensors = await randomModel(kind, folder)
    writeHalfSafetensors(join(folder, `${name}.safetensors`), tensors)
    writeFileSync(join(folder, `${name}.ckpt`), trainingCheckpoint(tensors))
    writeFolder(kind, join(folder, 'diffusers'), tensors)
    writeWords(folder)

    const inParts = await rawPicture(join(folder, 'diffusers'))
    expect(new Set(inParts).size).toBeGreaterThan(50)
    for (const file of [`${name}.safetensors`, `${name}.ckpt`])
      expect(await rawPicture(join(folder, file)), file).toEqual(inParts)
  })
})

/** Some words that fit into a small table. */
const vocabulary = { '<|startoftext|>': 0, '<|endoftext|>': 1, a: 2, b: 3, 'a</w>': 4, 'b</w>': 5 }

async function randomModel(kind: '1.5' | '2', folder: string): Promise<ReadonlyMap<string, HalfTensor>> {
  const path = join(folder, 'random.safetensors')
  writeRandomWeights(path, narrowWholeModelLayout(kind, Object.keys(vocabulary).length), 'float16')
  const bytes = readFileSync(path)
  return new Map(
    [...(await readCheckpoint(path))].map(([name, { shape, offset, byteLength }]) => [
      name,
      { shape, bytes: bytes.subarray(offset, offset + byteLength) },
    ]),
  )
}

/** The same tensors as diffusers' conversion arranges them. */
function writeFolder(kind: '1.5' | '2', folder: string, tensors: ReadonlyMap<string, HalfTensor>): void {
  const prefix = kind === '2' ? 'sd2' : 'sd15'
  const parts = [
    ['unet', 'diffusion_pytorch_model', publishedLayout(`${prefix}-unet`)],
    ['text_encoder', 'model', publishedLayout(`${prefix}-text-encoder`)],
    ['vae', 'diffusion_pytorch_model', publishedLayout('sd15-vae')],
  ] as const
  for (const [part, file, layout] of parts) {
    const own = Object.keys(layout).flatMap((name) => {
      const tensor = tensors.get(originalName(kind, part, name))
      // The last of OpenCLIP's layers is left out.
      return tensor === undefined || name.includes('.layers.1.')
        ? []
        : [[name, partOf(tensor, name)] as const]
    })
    writeHalfSafetensors(join(folder, part, `${file}.safetensors`), new Map(own))
    writeJson(join(folder, part, 'config.json'), configs[kind][part])
  }
  const scheduler = ['scheduler', 'scheduler_config.json']
  cpSync(diffusionPath('sd2-tiny', ...scheduler), join(folder, ...scheduler))
  writeWords(folder)
}

/** Of OpenCLIP's projections, which lie one below the other, one. */
function partOf({ shape: [rows, ...rest], bytes }: HalfTensor, name: string): HalfTensor {
  const index = ['q_proj', 'k_proj', 'v_proj'].findIndex((projection) => name.includes(projection))
  if (index < 0 || rows! !== 3 * 1024) return { shape: [rows!, ...rest], bytes }
  const third = bytes.length / 3
  return { shape: [rows! / 3, ...rest], bytes: bytes.subarray(index * third, (index + 1) * third) }
}

const narrowVae = { block_out_channels: [32, 64, 128, 128], norm_num_groups: 32 }
const configs = {
  '1.5': {
    unet: { block_out_channels: [32, 64, 128, 128], cross_attention_dim: 768, attention_head_dim: 8 },
    text_encoder: { hidden_act: 'quick_gelu', num_attention_heads: 12 },
    vae: narrowVae,
  },
  '2': {
    unet: {
      ...{ block_out_channels: [160, 160, 160, 160], cross_attention_dim: 1024 },
      ...{ attention_head_dim: [5, 10, 20, 20], use_linear_projection: true },
    },
    text_encoder: { hidden_act: 'gelu', num_attention_heads: 16 },
    vae: narrowVae,
  },
}

function writeWords(folder: string): void {
  mkdirSync(join(folder, 'tokenizer'))
  writeJson(join(folder, 'tokenizer', 'vocab.json'), vocabulary)
  writeJson(join(folder, 'tokenizer', 'special_tokens_map.json'), { pad_token: '<|endoftext|>' })
  writeFileSync(join(folder, 'tokenizer', 'merges.txt'), '#version: 0.2\n')
}

function writeJson(path: string, contents: object): void {
  writeFileSync(path, JSON.stringify(contents))
}

async function rawPicture(checkpoint: string): Promise<Uint8Array> {
  const picture = {
    image: gradientImage(64, 40),
    mask: rectMask(64, 40, { x: 16, y: 8, width: 24, height: 20 }),
  }
  const options = { scheduler: 'ddim', steps: 2, guidance: 3 }
  const settings = { task: 'fill', prompt: 'a b', negativePrompt: 'b', seed: 7, options } as const
  const means = { runtime, checkpoint, files: () => Promise.reject(new Error('Expected the weights named.')) }
  const { images } = await createStableDiffusion().raw!(picture, settings, quietRun, means, 1)
  return images[0].data
}
