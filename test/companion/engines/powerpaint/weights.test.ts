import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Computed, Networks } from '../../../../companion/diffusion/networks.ts'
import type { Means } from '../../../../companion/engines/engine.ts'
import { publishedTaskIds } from '../../../../companion/engines/powerpaint/ids.ts'
import { findPowerPaint } from '../../../../companion/engines/powerpaint/weights.ts'
import { powerPaint } from '../../../../models/powerpaint/model.ts'
import { publishedLayout, tokenizerFiles } from '../../../support/diffusion.ts'
import { quietRun } from '../../../support/fill-job.ts'
import { powerPaintFolder } from '../../../support/powerpaint.ts'
import { writeEmptySafetensors } from '../../../support/safetensors.ts'
import { scriptedRuntime } from '../../../support/scripted-runtime.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const meansOf = (checkpoint: string): Means => ({
  runtime: scriptedRuntime([]),
  files: () => Promise.reject(new Error('Expected the folder.')),
  checkpoint,
})

describe('findPowerPaint', () => {
  test('finds what is installed, and its graphs are built from the published layout', async () => {
    const installed = join(folder, 'installed')
    const layouts = {
      'unet/unet.safetensors': publishedLayout('sd15-unet'),
      'text_encoder/text_encoder.safetensors': publishedLayout('powerpaint-v1-text-encoder'),
      'vae/diffusion_pytorch_model.fp16.safetensors': publishedLayout('sd15-vae'),
    }
    for (const [name, layout] of Object.entries(layouts)) writeEmptySafetensors(join(installed, name), layout)
    const { vocabulary, merges } = tokenizerFiles('!')
    mkdirSync(join(installed, 'tokenizer'))
    writeFileSync(join(installed, 'tokenizer', 'vocab.json'), JSON.stringify(vocabulary))
    writeFileSync(join(installed, 'tokenizer', 'merges.txt'), merges)
    const files = async (id: string) => {
      expect(id).toBe('powerpaint-v1')
      return new Map(powerPaint.files.map(({ name }) => [name, join(installed, name)]))
    }
    const runtime = scriptedRuntime([
      () => ({ last_hidden_state: floats(3) }),
      () => ({ moments: floats(8) }),
      () => ({ out_sample: floats(4) }),
      () => ({ image: floats(3) }),
    ])

    const { model, taskIds } = await findPowerPaint({ runtime, files })
    expect(taskIds).toBe(publishedTaskIds)
    expect(model.tokenizer.frame([]).at(-1)).toBe(49407)

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
    await networks.embedIds(model.tokenizer.frame(taskIds.P_ctxt), way, quietRun)
    const { encode, predict, decode } = networks.inpaintModel({ width: 128, height: 64 }, null, way, quietRun)
    await encode(new Float32Array(3 * 128 * 64))
    await predict(new Float32Array(9 * 16 * 8), 1, new Float32Array(77 * 768))
    await decode(new Float32Array(4 * 16 * 8))
    expect(runtime.loads).toHaveLength(4)
  })

  test('reads the ids of the task words where weights were repacked', async () => {
    const { taskIds } = await findPowerPaint(
      meansOf(await powerPaintFolder(join(folder, 'repacked'), 'repacked')),
    )
    expect(taskIds.P_obj).toEqual(publishedTaskIds.P_ctxt)
    expect(taskIds.P_ctxt).toEqual(publishedTaskIds.P_shape)
  })

  test.each([
    ['without one of the task words', (tokens: object) => ({ ...tokens, P_shape_4: undefined })],
    ['that means other words by their ids', (tokens: object) => ({ ...tokens, P_shape_4: 320 })],
  ])('refuses a repacked tokenizer %s', async (_, change) => {
    const repacked = await powerPaintFolder(mkdtempSync(join(folder, 'changed-')), 'repacked')
    const path = join(repacked, 'tokenizer', 'added_tokens.json')
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))))

    await expect(findPowerPaint(meansOf(repacked))).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('tokenizer/added_tokens.json'),
    })
  })

  test('says so where a folder has no file of it', async () => {
    const other = await powerPaintFolder(join(folder, 'lacking'), 'original')
    rmSync(join(other, 'unet'), { recursive: true })
    await expect(findPowerPaint(meansOf(other))).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('unet'),
    })
  })
})

function floats(length: number) {
  return { type: 'float32', shape: [length], data: new Float32Array(length) } as const
}
