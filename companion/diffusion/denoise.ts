import { latentChannels } from './latents.ts'
import { combine } from './schedulers/combine.ts'
import type { Scheduler } from './schedulers/scheduler.ts'

/**
 * One evaluation of the UNet for several rows.
 *
 * @param sample [rows, 9, h, w]: noisy latents, mask, latents of the masked picture.
 * @param embeddings [rows, 77, D]
 * @returns [rows, 4, h, w]
 */
export type Predict = (
  sample: Float32Array,
  timestep: number,
  embeddings: Float32Array,
) => Promise<Float32Array>

/** A UNet, loaded for latents of one size. */
export interface NoisePredictor {
  readonly predict: Predict
  /** The most rows that it takes in one evaluation. With guidance each picture has two. */
  readonly rowsAtOnce: number
}

/** What steers the noise towards a picture. */
export interface Guidance {
  /** What the picture should show: [77, D]. */
  readonly positive: Float32Array
  /** What it should not: [77, D]. Null: there is no guidance, and half as many evaluations. */
  readonly negative: Float32Array | null
  /** How far away from the one and to the other: 1 and more. */
  readonly scale: number
  /** 0 … 1: how much of the contrast that a large scale brings is taken back. */
  readonly rescale: number
}

export interface DenoiseTask {
  readonly scheduler: Scheduler
  /** [N, 4, h, w], as the scheduler's first timestep expects them. */
  readonly latents: Float32Array
  readonly surroundings: Surroundings
  readonly guidance: Guidance
}

/** What stays the same through all steps. */
export interface Surroundings {
  /** [1, h, w], 1 = fill. */
  readonly mask: Float32Array
  /** [4, h, w]: the picture with its hole, as latents. */
  readonly maskedPicture: Float32Array
}

export interface DenoiseRun {
  readonly signal: AbortSignal
  /** Waited for. `original`: what the latents of the pictures will come to, judged from here, [N, 4, h, w]. */
  readonly onStep?: (step: {
    readonly done: number
    readonly total: number
    readonly original: Float32Array
  }) => unknown
}

/**
 * Takes the noise out of the latents of several pictures, step by step: the loop of diffusers'
 * `StableDiffusionInpaintPipeline`, for a UNet that sees mask and masked picture beside the latents.
 *
 * @returns [N, 4, h, w]
 * @throws the signal's reason when aborted, between two evaluations.
 */
export async function denoise(
  { predict, rowsAtOnce }: NoisePredictor,
  { scheduler, latents, surroundings, guidance }: DenoiseTask,
  { signal, onStep }: DenoiseRun,
): Promise<Float32Array> {
  const total = scheduler.timesteps.length
  const pictureLength = latentChannels * surroundings.mask.length
  const embeddings = rowsOf(guidance)
  let x = latents
  for (const [index, timestep] of scheduler.timesteps.entries()) {
    const input = scheduler.scaleModelInput(x, index)
    const rows = split(input, pictureLength).flatMap((picture) =>
      embeddings.map((embedding) => ({ sample: beside(picture, surroundings), embedding })),
    )
    const noises: Float32Array[] = []
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      signal.throwIfAborted()
      const some = rows.slice(start, start + rowsAtOnce)
      const samples = join(some.map(({ sample }) => sample))
      const output = await predict(samples, timestep, join(some.map(({ embedding }) => embedding)))
      noises.push(...split(output, pictureLength))
    }
    const step = scheduler.step(join(guided(noises, guidance)), x, index)
    x = step.x
    await onStep?.({ done: index + 1, total, original: step.original })
  }
  signal.throwIfAborted()
  return x
}

/** Of one picture: what it should not show, then what it should. */
function rowsOf({ positive, negative }: Guidance): readonly Float32Array[] {
  return negative === null ? [positive] : [negative, positive]
}

/** The nine channels of a UNet for inpainting. */
function beside(latents: Float32Array, { mask, maskedPicture }: Surroundings): Float32Array {
  return join([latents, mask, maskedPicture])
}

/**
 * What comes of the outputs for each picture. Ho and Salimans, "Classifier-Free Diffusion Guidance" (2022), equation 6.
 *
 * @param outputs As many for each picture as `rowsOf` has, in that order.
 */
function guided(
  outputs: readonly Float32Array[],
  { negative, scale, rescale }: Guidance,
): readonly Float32Array[] {
  if (negative === null) return outputs
  const pictures = outputs.length / 2
  return Array.from({ length: pictures }, (_, picture) => {
    const [away, towards] = [outputs[2 * picture]!, outputs[2 * picture + 1]!]
    const output = combine([1 - scale, away], [scale, towards])
    return rescale === 0 ? output : rescaled(output, towards, rescale)
  })
}

/**
 * Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed" (2024), equations 15 and 16. diffusers:
 * `rescale_noise_cfg`.
 */
function rescaled(output: Float32Array, towards: Float32Array, share: number): Float32Array {
  const factor = deviation(towards) / deviation(output)
  return combine([share * factor + 1 - share, output])
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

/** In parts of that length, over the same memory. */
export function split(values: Float32Array, length: number): Float32Array[] {
  return Array.from({ length: values.length / length }, (_, i) =>
    values.subarray(i * length, (i + 1) * length),
  )
}

function join(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
