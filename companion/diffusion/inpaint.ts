import { CompanionError } from '../errors.ts'
import type { Size } from '../image/image.ts'
import { type DenoiseRun, denoise, type Guidance, type NoisePredictor, split } from './denoise.ts'
import { latentChannels, latentSize, latentsFromMoments } from './latents.ts'
import type { Generator } from './noise.ts'
import { maskOfLatents, maskPicture } from './preprocess.ts'
import { combine } from './schedulers/combine.ts'
import { type SchedulerId, schedulers } from './schedulers/index.ts'
import type { Scheduler, SchedulerConfig, SchedulerRun } from './schedulers/scheduler.ts'

/** A model, loaded for pictures of one size. */
export interface InpaintModel extends NoisePredictor {
  /** Picture [3, H, W], -1..1 -> mean and logarithm of the variance of its latents [8, h, w]. */
  readonly encode: (picture: Float32Array) => Promise<Float32Array>
  /** Latents [N, 4, h, w], their scaling undone -> pictures [N, 3, H, W], about -1..1. */
  readonly decode: (latents: Float32Array) => Promise<Float32Array>
  readonly scalingFactor: number
  readonly noise: SchedulerConfig
}

export interface InpaintRequest {
  readonly size: Size
  /** [3, H, W], -1..1. */
  readonly picture: Float32Array
  /** [1, H, W], 1 = fill, else 0. */
  readonly mask: Float32Array
  readonly guidance: Guidance
  readonly scheduler: SchedulerId
  readonly steps: number
  /** 0 … 1: below 1 the fill begins with what is in the hole now, and only this share of the steps is made. */
  readonly strength: number
  /** 0 … 1: how much new noise DDIM adds at each step. */
  readonly eta: number
  /** How many pictures are made, out of one generator. */
  readonly pictures: number
  readonly generator: Generator
}

/**
 * Fills the hole of a picture: diffusers' `StableDiffusionInpaintPipeline` between its two pictures, with the same random
 * numbers in the same order. The result is the model's whole picture; what lies outside the mask is near the original, not
 * equal to it.
 *
 * @returns Pictures [3, H, W], about -1..1.
 * @throws CompanionError 'option-invalid' where the strength leaves no step; the signal's reason when aborted.
 */
export async function inpaint(
  model: InpaintModel,
  { size, picture, mask, guidance, ...request }: InpaintRequest,
  run: DenoiseRun,
): Promise<Float32Array[]> {
  const { strength, generator, pictures } = request
  const small = latentSize(size)
  const length = latentChannels * small.width * small.height
  const { normal } = generator
  const latentsOf = async (image: Float32Array) =>
    latentsFromMoments(await model.encode(image), normal(length), model.scalingFactor)

  const scheduler = createScheduler(model.noise, { ...request, normal })

  // 1. Latents to begin with: noise, or the picture with noise.
  const original = strength < 1 ? repeat(await latentsOf(picture), pictures) : null
  const noise = normal(pictures * length)
  const start =
    original === null ? combine([scheduler.initNoiseSigma, noise]) : scheduler.addNoise(original, noise)

  // 2. What the model sees of the picture: the mask, and the picture with its hole.
  run.signal.throwIfAborted()
  const surroundings = {
    mask: maskOfLatents(mask, size),
    maskedPicture: await latentsOf(maskPicture(picture, mask)),
  }

  // 3. Step by step to latents without noise.
  const latents = await denoise(model, { scheduler, latents: start, surroundings, guidance }, run)

  // 4. Back to pictures.
  const made = await model.decode(combine([1 / model.scalingFactor, latents]))
  run.signal.throwIfAborted()
  return split(made, made.length / pictures)
}

/** How often the network will be asked about each picture. @throws as `inpaint` does */
export function countSteps(noise: SchedulerConfig, request: Omit<SchedulerRequest, 'normal'>): number {
  return createScheduler(noise, { ...request, normal: (count) => new Float32Array(count) }).timesteps.length
}

type SchedulerRequest = SchedulerRun & { readonly scheduler: SchedulerId; readonly strength: number }

function createScheduler(noise: SchedulerConfig, { scheduler: id, ...run }: SchedulerRequest): Scheduler {
  const scheduler = schedulers[id](noise, run)
  if (scheduler.timesteps.length > 0) return scheduler
  throw new CompanionError(
    'option-invalid',
    `With ${run.steps} steps a strength of ${run.strength} leaves nothing to do. Choose more of either.`,
  )
}

function repeat(values: Float32Array, times: number): Float32Array {
  const repeated = new Float32Array(values.length * times)
  for (let i = 0; i < times; i++) repeated.set(values, i * values.length)
  return repeated
}
