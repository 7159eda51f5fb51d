import { combine } from './combine.ts'
import type { SchedulerConfig } from './scheduler.ts'

export interface Prediction {
  /** x₀: the latents without noise. */
  readonly original: Float32Array
  /** ε: the noise in them. */
  readonly noise: Float32Array
}

/**
 * What the network's output says of x = √ᾱ x₀ + √(1 − ᾱ) ε: Ho et al. (2020), equation 15, for networks that predict ε;
 * Salimans and Ho, "Progressive Distillation for Fast Sampling of Diffusion Models" (2022), appendix D, for v.
 *
 * @param alpha ᾱ, 0 … 1.
 */
export function predict(
  { predictionType, clipSample }: Pick<SchedulerConfig, 'predictionType' | 'clipSample'>,
  output: Float32Array,
  x: Float32Array,
  alpha: number,
): Prediction {
  const [signal, noise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)]
  if (predictionType === 'epsilon') {
    const original = combine([1 / signal, x], [-noise / signal, output])
    return { original: clipSample ? clipped(original) : original, noise: output }
  }
  const original = combine([signal, x], [-noise, output])
  return {
    original: clipSample ? clipped(original) : original,
    noise: combine([signal, output], [noise, x]),
  }
}

function clipped(values: Float32Array): Float32Array {
  return values.map((value) => Math.max(-1, Math.min(1, value)))
}
