import type { SchedulerConfig, SchedulerRun, TimestepSpacing } from './scheduler.ts'

/**
 * ᾱ of each timestep of the training: how much of a picture's variance is left in it. Ho et al., "Denoising Diffusion
 * Probabilistic Models" (2020), equation 4. In float32 throughout, as in diffusers.
 */
export function alphasCumprod(config: SchedulerConfig): Float32Array {
  const { trainTimesteps, betaStart, betaEnd, betaSchedule } = config
  const scaled = betaSchedule === 'scaled_linear'
  const [first, last] = scaled ? [Math.sqrt(betaStart), Math.sqrt(betaEnd)] : [betaStart, betaEnd]
  const even = linspace32(first, last, trainTimesteps)
  const betas = scaled ? even.map((root) => root * root) : even
  let product = 1
  return betas.map((beta) => {
    product = Math.fround(product * Math.fround(1 - beta))
    return product
  })
}

/** The timesteps of the N evaluations of DDIM, DDPM, PNDM and Euler, highest first. Not rounded for `linspace`. */
export function spacedTimesteps(
  { trainTimesteps, stepsOffset }: SchedulerConfig,
  spacing: TimestepSpacing,
  steps: number,
): number[] {
  switch (spacing) {
    case 'linspace':
      return linspace(0, trainTimesteps - 1, steps).reverse()
    case 'leading': {
      const ratio = Math.floor(trainTimesteps / steps)
      return range(steps, (i) => i * ratio + stepsOffset).reverse()
    }
    case 'trailing':
      return trailing(trainTimesteps, steps)
  }
}

/** The same for DPM-Solver++ and UniPC, which leave the last of N + 1 places out. All are whole numbers. */
export function solverTimesteps(
  { trainTimesteps, stepsOffset }: SchedulerConfig,
  spacing: TimestepSpacing,
  steps: number,
): number[] {
  switch (spacing) {
    case 'linspace':
      return linspace(0, trainTimesteps - 1, steps + 1)
        .map(roundHalfToEven)
        .reverse()
        .slice(0, -1)
    case 'leading': {
      const ratio = Math.floor(trainTimesteps / (steps + 1))
      return range(steps + 1, (i) => i * ratio + stepsOffset)
        .reverse()
        .slice(0, -1)
    }
    case 'trailing':
      return trailing(trainTimesteps, steps)
  }
}

/**
 * How many of the steps are left out at the beginning: `get_timesteps` of diffusers' `StableDiffusionInpaintPipeline`.
 * The rest keep the timesteps and noise levels they have among all.
 */
export function skippedSteps({ steps, strength = 1 }: SchedulerRun): number {
  return Math.max(steps - Math.min(Math.trunc(steps * strength), steps), 0)
}

/** `count` numbers, as far from each other, both ends among them: numpy.linspace. */
export function linspace(first: number, last: number, count: number): number[] {
  if (count === 1) return [first]
  const step = (last - first) / (count - 1)
  return range(count, (i) => (i === count - 1 ? last : first + i * step))
}

/** torch.linspace: counted from the nearer end, in float32. Of ᾱ near 1, the last bits are what remains of 1 − ᾱ. */
function linspace32(first: number, last: number, count: number): Float32Array {
  const [start, end] = [Math.fround(first), Math.fround(last)]
  const step = Math.fround(Math.fround(end - start) / (count - 1))
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? start + Math.fround(step * i) : end - Math.fround(step * (count - 1 - i)),
  )
}

/** As Python and NumPy round: 0.5 to 0, 1.5 to 2. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

function trailing(trainTimesteps: number, steps: number): number[] {
  const ratio = trainTimesteps / steps
  return range(steps, (i) => roundHalfToEven(trainTimesteps - i * ratio) - 1)
}

function range(count: number, at: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => at(index))
}
