import { combine } from './combine.ts'
import { alphasCumprod, skippedSteps, solverTimesteps } from './noise-schedule.ts'
import { predict } from './prediction.ts'
import type { Scheduler, SchedulerConfig, SchedulerRun } from './scheduler.ts'
import { karrasSigmas, sigmaAt, timestepOf, trainedSigmas } from './sigmas.ts'

/** A level of noise: x = α x₀ + s ε, with half the logarithm of the signal-to-noise ratio, λ = ln(α / s). */
export interface Level {
  readonly alpha: number
  readonly s: number
  readonly lambda: number
}

/**
 * What DPM-Solver++ and UniPC share: both integrate the diffusion's equation over λ, from what the network says of x₀.
 *
 * @param karras Whether the levels of noise lie as Karras et al. put them, and not by the timesteps.
 * @param advance x at level `index + 1`, from x and x₀ as predicted at `index`. Called in order.
 */
export function solverScheduler(
  config: SchedulerConfig,
  run: SchedulerRun,
  karras: boolean,
  advance: (x: Float32Array, original: Float32Array, index: number, levels: readonly Level[]) => Float32Array,
): Scheduler {
  const trained = trainedSigmas(alphasCumprod(config))
  const spaced = solverTimesteps(config, config.timestepSpacing ?? 'linspace', run.steps)
  const sigmas = karras
    ? karrasSigmas(trained, run.steps)
    : spaced.map((timestep) => sigmaAt(trained, timestep))
  const all = karras ? sigmas.map((sigma) => timestepOf(trained, sigma)) : spaced
  const skipped = skippedSteps(run)
  const final = config.finalSigmas === 'zero' ? 0 : trained[0]!
  const levels = [...sigmas, final].slice(skipped).map((sigma) => levelOf(Math.fround(sigma)))
  return {
    timesteps: all.slice(skipped),
    initNoiseSigma: 1,
    addNoise: (latents, noise) => combine([levels[0]!.alpha, latents], [levels[0]!.s, noise]),
    scaleModelInput: (x) => x,
    step(output, x, index) {
      const { alpha } = levels[index]!
      const { original } = predict({ ...config, clipSample: false }, output, x, alpha ** 2)
      return { x: advance(x, original, index, levels), original }
    },
  }
}

function levelOf(sigma: number): Level {
  const alpha = 1 / Math.sqrt(sigma ** 2 + 1)
  return { alpha, s: sigma * alpha, lambda: -Math.log(sigma) }
}
