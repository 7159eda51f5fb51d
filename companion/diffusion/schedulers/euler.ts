import { combine } from './combine.ts'
import { alphasCumprod, skippedSteps, spacedTimesteps } from './noise-schedule.ts'
import { predict } from './prediction.ts'
import type { CreateScheduler, Scheduler, SchedulerConfig, SchedulerRun } from './scheduler.ts'
import { sigmaAt, trainedSigmas } from './sigmas.ts'

/**
 * Euler's method: Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (2022), algorithm 2 without
 * churn and without its second evaluation. diffusers: `EulerDiscreteScheduler`.
 */
export const createEuler: CreateScheduler = (config, run) =>
  eulerScheduler(config, run, (x, derivative, { sigma, sigmaNext }) =>
    combine([1, x], [sigmaNext - sigma, derivative]),
  )

/**
 * Euler's method with new noise after each step, of which so much was taken out before: Katherine Crowson's
 * sample_euler_ancestral (k-diffusion). diffusers: `EulerAncestralDiscreteScheduler`.
 */
export const createEulerAncestral: CreateScheduler = (config, run) =>
  eulerScheduler(config, run, (x, derivative, { sigma, sigmaNext }) => {
    const up = Math.sqrt((sigmaNext ** 2 * (sigma ** 2 - sigmaNext ** 2)) / sigma ** 2)
    const down = Math.sqrt(sigmaNext ** 2 - up ** 2)
    return combine([1, x], [down - sigma, derivative], [up, run.normal(x.length)])
  })

/** x is not scaled to variance 1 here, but x₀ + σ ε. */
function eulerScheduler(
  config: SchedulerConfig,
  run: SchedulerRun,
  advance: (
    x: Float32Array,
    derivative: Float32Array,
    sigmas: { readonly sigma: number; readonly sigmaNext: number },
  ) => Float32Array,
): Scheduler {
  const trained = trainedSigmas(alphasCumprod(config))
  const spacing = config.timestepSpacing ?? 'linspace'
  const all = spacedTimesteps(config, spacing, run.steps).map(Math.fround)
  const largest = Math.fround(sigmaAt(trained, all[0]!))
  const timesteps = all.slice(skippedSteps(run))
  const sigmas = [...timesteps.map((timestep) => Math.fround(sigmaAt(trained, timestep))), 0]
  return {
    timesteps,
    initNoiseSigma: spacing === 'leading' ? Math.sqrt(largest ** 2 + 1) : largest,
    addNoise: (latents, noise) => combine([1, latents], [sigmas[0]!, noise]),
    scaleModelInput: (x, index) => combine([1 / Math.sqrt(sigmas[index]! ** 2 + 1), x]),
    step(output, x, index) {
      const [sigma, sigmaNext] = [sigmas[index]!, sigmas[index + 1]!]
      const alpha = 1 / (sigma ** 2 + 1)
      const { original } = predict(
        { ...config, clipSample: false },
        output,
        combine([Math.sqrt(alpha), x]),
        alpha,
      )
      const derivative = combine([1 / sigma, x], [-1 / sigma, original])
      return { x: advance(x, derivative, { sigma, sigmaNext }), original }
    },
  }
}
