import type { Size } from '../image/image.ts'
import { latentScale } from './preprocess.ts'
import { combine } from './schedulers/combine.ts'

/** Channels of the latents. */
export const latentChannels = 4

/** @throws RangeError where a side is no multiple of 8. */
export function latentSize({ width, height }: Size): Size {
  if (width % latentScale !== 0 || height % latentScale !== 0) {
    throw new RangeError(
      `Expected sides that are multiples of ${latentScale} but received ${width} × ${height}.`,
    )
  }
  return { width: width / latentScale, height: height / latentScale }
}

/**
 * Latents out of what the encoder says of them: mean and logarithm of the variance. diffusers:
 * `DiagonalGaussianDistribution.sample`, scaled as the network that denoises them knows them.
 *
 * @param moments [1, 8, h, w]
 * @param noise [1, 4, h, w], or null for the mean itself.
 * @returns [1, 4, h, w]
 */
export function latentsFromMoments(
  moments: Float32Array,
  noise: Float32Array | null,
  scalingFactor: number,
): Float32Array {
  const half = moments.length / 2
  const mean = moments.slice(0, half)
  if (noise === null) return combine([scalingFactor, mean])
  const deviation = moments
    .slice(half)
    .map((logarithm, i) => Math.exp(Math.min(Math.max(logarithm, -30), 20) / 2) * noise[i]!)
  return combine([scalingFactor, mean], [scalingFactor, deviation])
}
