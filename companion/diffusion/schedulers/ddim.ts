import { combine } from './combine.ts'
import { alphasCumprod, roundHalfToEven, skippedSteps, spacedTimesteps } from './noise-schedule.ts'
import { predict } from './prediction.ts'
import type { CreateScheduler } from './scheduler.ts'
import { variancePreserving } from './variance-preserving.ts'

/**
 * Song, Meng and Ermon, "Denoising Diffusion Implicit Models" (2021), equations 12 and 16. diffusers: `DDIMScheduler`.
 */
export const createDdim: CreateScheduler = (config, run) => {
  const { steps, eta = 0, normal } = run
  const alphas = alphasCumprod(config)
  const finalAlpha = config.setAlphaToOne ? 1 : alphas[0]!
  const all = spacedTimesteps(config, config.timestepSpacing ?? 'leading', steps).map(roundHalfToEven)
  const timesteps = all.slice(skippedSteps(run))
  const stride = Math.floor(config.trainTimesteps / steps)
  return variancePreserving(timesteps, alphas, (output, x, index) => {
    const timestep = timesteps[index]!
    const alpha = alphas[timestep]!
    const alphaNext = alphas[timestep - stride] ?? finalAlpha
    const { original, noise } = predict(config, output, x, alpha)
    const sigma = eta * Math.sqrt(((1 - alphaNext) / (1 - alpha)) * (1 - alpha / alphaNext))
    const kept = combine([Math.sqrt(alphaNext), original], [Math.sqrt(1 - alphaNext - sigma ** 2), noise])
    return { x: eta > 0 ? combine([1, kept], [sigma, normal(x.length)]) : kept, original }
  })
}
