import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageFromSamples } from '../../../../companion/diffusion/preprocess.ts'
import { createPowerPaint } from '../../../../companion/engines/powerpaint/index.ts'
import { CompanionError } from '../../../../companion/errors.ts'
import { silentLog } from '../../../../companion/log.ts'
import { OnnxRuntime, type Runtime } from '../../../../companion/runtime/session.ts'
import { tinyFolder } from '../../../support/diffusion.ts'
import { quietRun } from '../../../support/fill-job.ts'
import { furthest } from '../../../support/golden-calls.ts'
import {
  type PowerPaintCall,
  powerPaintCalls,
  powerPaintFolder,
  powerPaintReference,
} from '../../../support/powerpaint.ts'

let runtime: OnnxRuntime
let folder: string
beforeAll(async () => {
  runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  for (const layout of ['original', 'repacked'] as const) await powerPaintFolder(join(folder, layout), layout)
  tinyFolder('sd15-tiny', join(folder, 'stable-diffusion'))
})
afterAll(async () => {
  await runtime.unload()
  rmSync(folder, { recursive: true })
})

const meansOf = (layout: string, on: Runtime = runtime) => ({
  runtime: on,
  files: () => Promise.reject(new Error('Expected the named folder to be used.')),
  checkpoint: join(folder, layout),
})

async function rawOf(call: PowerPaintCall, layout: string, on?: Runtime) {
  const { image, mask } = await powerPaintReference(call)
  const { mode, prompt, negativePrompt, seed, steps, guidance, fitting } = call
  const options = { mode, steps, guidance, fitting, rescale: 0 }
  const settings = { task: 'remove', prompt, negativePrompt, seed, options } as const
  const whole = { image: imageFromSamples(image), mask }
  return createPowerPaint().raw!(whole, settings, quietRun, meansOf(layout, on), 1)
}

describe.each(['original', 'repacked'])('the raw picture of a folder in the %s layout', (layout) => {
  test.each(powerPaintCalls)('is the one of PowerPaint in $name, from words to bytes', async (call) => {
    const { reference, made } = await powerPaintReference(call)
    const { runtime: watched, seen } = watching()
    const { images, device } = await rawOf(call, layout, watched)

    expect(device.kind).toBe('cpu')
    // Negative, then positive, as they go into the first evaluation.
    const both = [...reference('uncond').data, ...reference('cond').data]
    expect(furthest(seen.embeddings!, both)).toBeLessThan(2e-5)
    expect(furthest(seen.firstOutput!, reference('first_unet_output').data)).toBeLessThan(1e-4)
    // A few times what rounding does to them, for another machine rounds otherwise.
    const last = reference('latents').data.slice(-seen.latents!.length)
    expect(
      furthest(
        seen.latents!.map((value) => value * 0.18215),
        last,
      ),
    ).toBeLessThan(8 * call.sensitivity)

    const expected = imageFromSamples(made)
    expect(images).toHaveLength(1)
    expect(images[0]).toMatchObject({ width: call.width, height: call.height })
    expect(furthest(images[0].data, expected.data)).toBeLessThanOrEqual(1)
  })
})

test('a folder of Stable Diffusion is refused: its text encoder knows no task words', async () => {
  const raw = rawOf(powerPaintCalls[0]!, 'stable-diffusion')
  await expect(raw).rejects.toThrow(CompanionError)
  await expect(raw).rejects.toThrow(/model\.fp16\.safetensors is no text encoder of PowerPaint/)
})

/** The real runtime, and what went through it. */
function watching() {
  const seen: { embeddings?: Float32Array; firstOutput?: Float32Array; latents?: Float32Array } = {}
  const watched: Runtime = {
    async load(source, on, run) {
      const session = await runtime.load(source, on, run)
      return {
        ...session,
        async run(inputs, given) {
          const outputs = await session.run(inputs, given)
          if (source.key.startsWith('unet')) {
            seen.embeddings ??= inputs.encoder_hidden_states!.data as Float32Array
            seen.firstOutput ??= outputs.out_sample!.data as Float32Array
          }
          if (source.key.startsWith('decoder')) seen.latents = inputs.latents!.data as Float32Array
          return outputs
        },
      }
    },
    unload: () => runtime.unload(),
    outlook: (...given) => runtime.outlook(...given),
    get peakBytes() {
      return runtime.peakBytes
    },
  }
  return { runtime: watched, seen }
}
