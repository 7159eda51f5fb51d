import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageFromSamples } from '../../../../companion/diffusion/preprocess.ts'
import { createStableDiffusion } from '../../../../companion/engines/stable-diffusion/index.ts'
import { silentLog } from '../../../../companion/log.ts'
import { OnnxRuntime } from '../../../../companion/runtime/session.ts'
import { type TinyModel, tinyFolder } from '../../../support/diffusion.ts'
import { quietRun } from '../../../support/fill-job.ts'
import { goldenCalls, goldenPictures, goldenWords, optionsOf } from '../../../support/golden-calls.ts'

let runtime: OnnxRuntime
let folder: string
beforeAll(() => {
  runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  for (const model of ['sd15-tiny', 'sd2-tiny'] as const) tinyFolder(model, join(folder, model))
})
afterAll(async () => {
  await runtime.unload()
  rmSync(folder, { recursive: true })
})

const engine = createStableDiffusion()
const meansOf = (model: TinyModel) => ({
  runtime,
  files: () => Promise.reject(new Error('Expected the named folder to be used.')),
  checkpoint: join(folder, model),
})

describe('the raw picture of a folder', () => {
  test.each(goldenCalls)('is the one of diffusers in $name, from words to bytes', async (call) => {
    const { image, mask, made } = await goldenPictures(call)
    const settings = { task: 'fill', ...goldenWords, seed: call.seed, options: optionsOf(call) } as const
    const whole = { image: imageFromSamples(image), mask }
    const { images, device } = await engine.raw!(whole, settings, quietRun, meansOf(call.model), made.length)

    expect(device.kind).toBe('cpu')
    expect(images).toHaveLength(made.length)
    images.forEach((picture, i) => {
      const expected = imageFromSamples(made[i]!)
      expect(picture).toMatchObject({ width: expected.width, height: expected.height })
      const off = picture.data.map((value, at) => Math.abs(value - expected.data[at]!))
      expect(off.reduce((most, value) => Math.max(most, value), 0)).toBeLessThanOrEqual(1)
    })
  })
})
