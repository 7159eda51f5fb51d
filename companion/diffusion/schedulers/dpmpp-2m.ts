import { combine } from './combine.ts'
import type { CreateScheduler, Scheduler, SchedulerConfig, SchedulerRun } from './scheduler.ts'
import { type Level, solverScheduler } from './solver.ts'

/**
 * Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models" (2022), algorithm 2 (2M).
 * diffusers: `DPMSolverMultistepScheduler` with order 2, `dpmsolver++`, `midpoint`.
 */
export const createDpmpp2m: CreateScheduler = (config, run) => dpmpp2m(config, run, false)

/** The same with the noise levels of Karras et al. (2022). diffusers: `use_karras_sigmas`. */
export const createDpmpp2mKarras: CreateScheduler = (config, run) => dpmpp2m(config, run, true)

function dpmpp2m(config: SchedulerConfig, run: SchedulerRun, karras: boolean): Scheduler {
  let previous: Float32Array | null = null
  return solverScheduler(config, run, karras, (x, original, index, levels) => {
    const isLast = index === levels.length - 2
    const y =
      previous === null || (isLast && endsAtFirstOrder(config, levels.length - 1))
        ? firstOrder(x, original, levels[index]!, levels[index + 1]!)
        : secondOrder(x, original, previous, levels.slice(index - 1, index + 2))
    previous = original
    return y
  })
}

/** To σ = 0 there is no other way. */
function endsAtFirstOrder({ finalSigmas, lowerOrderFinal }: SchedulerConfig, timesteps: number): boolean {
  return finalSigmas === 'zero' || (lowerOrderFinal && timesteps < 15)
}

/** Equation 9 for k = 1. */
function firstOrder(x: Float32Array, original: Float32Array, from: Level, to: Level): Float32Array {
  const h = to.lambda - from.lambda
  return combine([to.s / from.s, x], [-to.alpha * Math.expm1(-h), original])
}

/** Algorithm 2, line 8, for which D = (1 + 1/2r) x₀ − 1/2r x₀ before. */
function secondOrder(
  x: Float32Array,
  original: Float32Array,
  previous: Float32Array,
  [before, from, to]: readonly Level[],
): Float32Array {
  const h = to!.lambda - from!.lambda
  const r = (from!.lambda - before!.lambda) / h
  const weight = -to!.alpha * Math.expm1(-h)
  return combine([to!.s / from!.s, x], [weight * (1 + 1 / (2 * r)), original], [-weight / (2 * r), previous])
}
