import { combine } from './combine.ts'
import type { Scheduler } from './scheduler.ts'

/**
 * What the schedulers share that go over timesteps of the training, with x = √ᾱ x₀ + √(1 − ᾱ) ε: Ho et al. (2020), equation 4.
 * Its variance is 1 all the way.
 *
 * @param alphas ᾱ of each timestep of the training.
 */
export function variancePreserving(
  timesteps: readonly number[],
  alphas: Float32Array,
  step: Scheduler['step'],
): Scheduler {
  return {
    timesteps,
    initNoiseSigma: 1,
    addNoise(latents, noise) {
      const alpha = alphas[timesteps[0]!]!
      return combine([Math.sqrt(alpha), latents], [Math.sqrt(1 - alpha), noise])
    },
    scaleModelInput: (x) => x,
    step,
  }
}
