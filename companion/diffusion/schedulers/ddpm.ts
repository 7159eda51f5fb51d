import { combine } from './combine.ts'
import { alphasCumprod, roundHalfToEven, skippedSteps, spacedTimesteps } from './noise-schedule.ts'
import { predict } from './prediction.ts'
import type { CreateScheduler } from './scheduler.ts'
import { variancePreserving } from './variance-preserving.ts'

/**
 * Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020), equations 6 and 7. diffusers: `DDPMScheduler`
 * with the variance `fixed_small`.
 */
export const createDdpm: CreateScheduler = (config, run) => {
  const { steps, normal } = run
  const alphas = alphasCumprod(config)
  const all = spacedTimesteps(config, config.timestepSpacing ?? 'leading', steps).map(roundHalfToEven)
  const timesteps = all.slice(skippedSteps(run))
  return variancePreserving(timesteps, alphas, (output, x, index) => {
    const timestep = timesteps[index]!
    const alpha = alphas[timestep]!
    const alphaNext = alphas[timesteps[index + 1] ?? -1] ?? 1
    const { original } = predict(config, output, x, alpha)
    // α and β of this step, of several timesteps at once. In float32 as in diffusers: β is little more than its rounding.
    const alphaStep = Math.fround(alpha / alphaNext)
    const betaStep = 1 - alphaStep
    const mean = combine(
      [(Math.sqrt(alphaNext) * betaStep) / (1 - alpha), original],
      [(Math.sqrt(alphaStep) * (1 - alphaNext)) / (1 - alpha), x],
    )
    if (timestep === 0) return { x: mean, original }
    const variance = Math.max(((1 - alphaNext) / (1 - alpha)) * betaStep, leastVariance)
    return { x: combine([1, mean], [Math.sqrt(variance), normal(x.length)]), original }
  })
}

/** Of diffusers, for the last step. */
const leastVariance = 1e-20
