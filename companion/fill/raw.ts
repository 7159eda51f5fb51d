import type { Run } from '../engines/engine.ts'
import { CompanionError } from '../errors.ts'
import { decodeLuminance, encodePatch } from '../image/codec.ts'
import { withDefaults } from '../options.ts'
import type { FillJob, Patch } from './fill.ts'

/**
 * What the reference implementation of the job's engine makes of the whole picture, one variation after another. Nothing
 * is cropped, grown or blended around it.
 *
 * @throws CompanionError 'mask-unreadable', 'mask-size', and the engine's own; the signal's reason when cancelled
 */
export async function fillRaw(
  job: FillJob,
  run: Run,
  onPatch: (patch: Patch) => void | Promise<void>,
): Promise<void> {
  const { picture, engine, means, task, prompt, negativePrompt } = job
  if (engine.raw === undefined || job.mask === null) {
    throw new CompanionError(
      'option-invalid',
      `${engine.title} takes no --raw. Leave it out, or choose another --engine.`,
    )
  }
  const mask = await decodeLuminance(job.mask, picture.image, 'mask')
  for (let variation = 0; variation < job.variations; variation += 1) {
    const seed = (job.seed + variation) % 2 ** 32
    const settings = { task, prompt, negativePrompt, seed, options: withDefaults(engine, job.options) }
    const startedAt = performance.now()
    const { image, device } = await engine.raw({ image: picture.image, mask }, settings, run, means)
    const filledAt = performance.now()
    const png = await encodePatch(image, picture.iccProfile)
    const ms = {
      ...{ queue: job.queueMs, decode: 0, load: 0, blend: 0 },
      fill: Math.round(filledAt - startedAt),
      encode: Math.round(performance.now() - filledAt),
    }
    const { width, height } = image
    const used = {
      ...{ engine: engine.id, device, workWidth: width, workHeight: height, tiles: 1 },
      ...{ growPx: 0, featherPx: 0, ms, notes: picture.notes },
    }
    await onPatch({ variation, seed, rect: { x: 0, y: 0, width, height }, used, png })
  }
}
