import { CompanionError } from '../../errors.ts'
import { combine } from './combine.ts'
import { alphasCumprod, skippedSteps } from './noise-schedule.ts'
import { predict } from './prediction.ts'
import type { CreateScheduler } from './scheduler.ts'
import { variancePreserving } from './variance-preserving.ts'

/**
 * Luo et al., "Latent Consistency Models: Synthesizing High-Resolution Images with Few-Step Inference" (2023), algorithm 3,
 * for models distilled over 50 steps. diffusers: `LCMScheduler`.
 */
export const createLcm: CreateScheduler = (config, run) => {
  const { steps, normal } = run
  if (steps > distilledSteps) {
    throw new CompanionError(
      'option-invalid',
      `LCM makes at most ${distilledSteps} steps, and 4 to 8 are enough. Choose fewer than ${steps}.`,
    )
  }
  const alphas = alphasCumprod(config)
  const finalAlpha = config.setAlphaToOne ? 1 : alphas[0]!
  const timesteps = distilledTimesteps(config.trainTimesteps, steps).slice(skippedSteps(run))
  return variancePreserving(timesteps, alphas, (output, x, index) => {
    const timestep = timesteps[index]!
    const { original } = predict(config, output, x, alphas[timestep]!)
    // c_skip and c_out of Song et al., "Consistency Models" (2023), so that x at timestep 0 is left as it is.
    const scaled = (timestep * timestepScaling) ** 2
    const kept = sigmaData ** 2 / (scaled + sigmaData ** 2)
    const denoised = combine([Math.sqrt(scaled / (scaled + sigmaData ** 2)), original], [kept, x])
    const next = timesteps[index + 1]
    if (next === undefined) return { x: denoised, original: denoised }
    const alphaNext = alphas[next] ?? finalAlpha
    const noised = combine([Math.sqrt(alphaNext), denoised], [Math.sqrt(1 - alphaNext), normal(x.length)])
    return { x: noised, original: denoised }
  })
}

/** The steps that a model was distilled over. */
const distilledSteps = 50

const timestepScaling = 10
const sigmaData = 0.5

/** Of the 50 timesteps of the distillation, `steps` with even distances, the highest first. */
function distilledTimesteps(trainTimesteps: number, steps: number): number[] {
  const stride = Math.floor(trainTimesteps / distilledSteps)
  const all = Array.from({ length: distilledSteps }, (_, i) => (i + 1) * stride - 1).reverse()
  const step = distilledSteps / steps
  return Array.from({ length: steps }, (_, i) => all[Math.floor(i * step)]!)
}
