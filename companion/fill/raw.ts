import { CompanionError } from '../errors.ts'
import { decodeLuminance, encodePatch } from '../image/codec.ts'
import { withDefaults } from '../options.ts'
import type { Run } from '../run.ts'
import type { FillJob, Patch } from './fill.ts'

/**
 * What the reference implementation of the job's engine makes of the whole picture. Nothing is cropped, grown or blended
 * around it, and all variations come from the one seed.
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
  const mask = await decodeLuminance(job.mask, picture.image, 'mask', run.signal)
  const { seed, variations } = job
  const taken = { options: [...engine.options, ...(engine.rawOptions ?? [])] }
  const settings = { task, prompt, negativePrompt, seed, options: withDefaults(taken, job.options) }
  const startedAt = performance.now()
  const whole = { image: picture.image, mask }
  const { images, device, loadMs = 0 } = await engine.raw(whole, settings, run, means, variations)
  const load = Math.round(loadMs)
  const fill = Math.round(performance.now() - startedAt) - load
  for (let variation = 0; variation < variations; variation += 1) {
    const image = images[variation] ?? images[0]
    const encodingAt = performance.now()
    const png = await encodePatch(image, picture.iccProfile)
    const ms = {
      ...{ queue: job.queueMs, decode: 0, load, fill, blend: 0 },
      encode: Math.round(performance.now() - encodingAt),
    }
    const { width, height } = image
    const used = {
      ...{ engine: engine.id, device, workWidth: width, workHeight: height, tiles: 1 },
      ...{ growPx: 0, featherPx: 0, ms, notes: picture.notes },
    }
    await onPatch({ variation, seed, rect: { x: 0, y: 0, width, height }, used, png })
  }
}
