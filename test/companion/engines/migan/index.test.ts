import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Means } from '../../../../companion/engines/engine.ts'
import { migan } from '../../../../companion/engines/migan/index.ts'
import { decodeImage, decodeMask } from '../../../../companion/image/codec.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { silentLog } from '../../../../companion/log.ts'
import { OnnxRuntime } from '../../../../companion/runtime/session.ts'
import { quietRun } from '../../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../../support/images.ts'
import { tinyMigan } from '../../../support/means.ts'
import { referencePath } from '../../../support/reference.ts'
import { scriptedRuntime } from '../../../support/scripted-runtime.ts'

const settings = { task: 'remove', prompt: '', negativePrompt: '', seed: 1, options: {} } as const
const filesOf =
  (path: string): Means['files'] =>
  async () =>
    new Map([['migan_pipeline_v2.onnx', path]])

let folder: string
let runtime: OnnxRuntime
let means: Means
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'infill-migan-'))
  runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  means = { runtime, files: filesOf(tinyMigan(folder)) }
})
afterAll(async () => {
  await runtime.unload()
  rmSync(folder, { recursive: true })
})

async function readImage(name: string): Promise<Image> {
  return (await decodeImage(readFileSync(referencePath('migan', name)), { orientation: 'none' })).image
}

describe('MI-GAN', () => {
  test.each(['96x128', '80x100-no-hole'])('gives what the pipeline gives for %s', async (name) => {
    const image = await readImage(`${name}.image.png`)
    const known = await decodeMask(
      readFileSync(referencePath('migan', `${name}.mask.png`)),
      image,
      'mask',
      quietRun.signal,
    )
    const mask = { ...known, data: known.data.map((value) => 255 - value) }

    const raw = await migan.raw!({ image, mask }, settings, quietRun, means, 1)

    const expected = await readImage(`${name}.result.png`)
    const off = raw.images[0].data.map((value, index) => Math.abs(value - expected.data[index]!))
    expect(off.filter((difference) => difference > 1)).toEqual(new Uint8Array(0))
  })

  test('fills a tile, and hands the pipeline what it calls known', async () => {
    const image = gradientImage(61, 43)
    const mask = rectMask(61, 43, { x: 20, y: 10, width: 16, height: 14 })
    const watched = scriptedRuntime([({ image: planes }) => ({ result: planes! })])
    const engine = await migan.open(quietRun, { runtime: watched, files: means.files }, [image])
    const result = await engine.fill({ image, mask, avoid: null }, settings, quietRun)
    expect(result.data).toEqual(image.data)
    const sent = watched.runs[0]!
    expect(sent.image!.shape).toEqual([1, 3, 43, 61])
    expect([sent.mask!.data[0], sent.mask!.data[12 * 61 + 25]]).toEqual([255, 0])
  })

  test('refuses a file that is no ONNX model', async () => {
    const own = { runtime, files: filesOf(referencePath('migan', 'README.md')) }
    await expect(migan.open(quietRun, own, [{ width: 64, height: 48 }])).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringMatching(/^README\.md is no MI-GAN/),
    })
  })

  test('refuses an ONNX model with other inputs', async () => {
    const other = scriptedRuntime([], { inputs: ['input'], outputs: ['output'] })
    await expect(
      migan.open(quietRun, { runtime: other, files: means.files }, [{ width: 64, height: 48 }]),
    ).rejects.toMatchObject({ code: 'model-damaged', message: expect.stringContaining('image and mask') })
  })
})
