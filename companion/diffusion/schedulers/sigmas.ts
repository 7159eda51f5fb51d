import { linspace, roundHalfToEven } from './noise-schedule.ts'

/*
 * The noise of latents as σ = √((1 − ᾱ) / ᾱ): the standard deviation of the noise beside a picture that keeps its size. Karras et
 * al., "Elucidating the Design Space of Diffusion-Based Generative Models" (2022), where it belongs to x / √ᾱ.
 */

/** σ of each timestep of the training, growing. */
export function trainedSigmas(alphas: Float32Array): Float32Array {
  return alphas.map((alpha) => Math.sqrt((1 - alpha) / alpha))
}

/** σ at timesteps that may lie between two of the training: numpy.interp. */
export function sigmaAt(sigmas: Float32Array, timestep: number): number {
  const below = Math.min(Math.floor(timestep), sigmas.length - 1)
  const above = Math.min(below + 1, sigmas.length - 1)
  return sigmas[below]! + (timestep - below) * (sigmas[above]! - sigmas[below]!)
}

/** Karras et al., equation 5 with ρ = 7: as many as there are steps, from the largest of the training to the smallest. */
export function karrasSigmas(sigmas: Float32Array, steps: number): number[] {
  const [smallest, largest] = [sigmas[0]! ** (1 / rho), sigmas.at(-1)! ** (1 / rho)]
  return linspace(0, 1, steps).map((ramp) => (largest + ramp * (smallest - largest)) ** rho)
}

const rho = 7

/** The timestep whose σ this is, between the two of the training next to it by its logarithm. Rounded. */
export function timestepOf(sigmas: Float32Array, sigma: number): number {
  const logarithm = (value: number) => Math.log(Math.max(value, 1e-10))
  const above = sigmas.findIndex((known) => known > sigma)
  const low = Math.min(above < 0 ? sigmas.length : above, sigmas.length - 1) - 1
  const first = Math.max(low, 0)
  const [from, to] = [logarithm(sigmas[first]!), logarithm(sigmas[first + 1]!)]
  const share = Math.max(0, Math.min(1, (from - logarithm(sigma)) / (from - to)))
  return roundHalfToEven(first + share)
}
