import { CompanionError } from '../../errors.ts'
import { combine } from './combine.ts'
import { alphasCumprod, roundHalfToEven, skippedSteps, spacedTimesteps } from './noise-schedule.ts'
import { predict } from './prediction.ts'
import type { CreateScheduler, Step } from './scheduler.ts'
import { variancePreserving } from './variance-preserving.ts'

/**
 * Liu et al., "Pseudo Numerical Methods for Diffusion Models on Manifolds" (2022): equation 11, with the noise of linear
 * multistep (equation 12; PLMS), after steps of Runge-Kutta (equation 13) or, where those are skipped, after two
 * evaluations of the second timestep. diffusers: `PNDMScheduler`.
 *
 * With a strength below 1 the doubled timestep is cut off with what comes before it. diffusers counts its evaluations from
 * where it starts all the same, so that the second then stands for the doubled one; as it is done here.
 */
export const createPndm: CreateScheduler = (config, run) => {
  const { steps } = run
  const alphas = alphasCumprod(config)
  const finalAlpha = config.setAlphaToOne ? 1 : alphas[0]!
  const spaced = spacedTimesteps(config, config.timestepSpacing ?? 'leading', steps).map(roundHalfToEven)
  const stride = Math.floor(config.trainTimesteps / steps)
  const rungeKutta = config.skipPrkSteps ? [] : rungeKuttaTimesteps(spaced, stride)
  const multistep = config.skipPrkSteps ? doubled(spaced) : spaced.slice(3)
  const timesteps = [...rungeKutta, ...multistep].slice(skippedSteps(run))

  /** What the network said at the last four timesteps, the newest first. */
  let outputs: readonly Float32Array[] = []
  let x0: Float32Array
  let sum: Float32Array

  /** Equation 11: x from one timestep to another. */
  function transfer(x: Float32Array, output: Float32Array, from: number, to: number): Step {
    const [alpha, alphaNext] = [alphas[from]!, alphas[to] ?? finalAlpha]
    const { original, noise } = predict(config, output, x, alpha)
    const divisor = alpha * Math.sqrt(1 - alphaNext) + Math.sqrt(alpha * (1 - alpha) * alphaNext)
    const next = combine([Math.sqrt(alphaNext / alpha), x], [-(alphaNext - alpha) / divisor, noise])
    return { x: next, original }
  }

  function rungeKuttaStep(output: Float32Array, x: Float32Array, index: number): Step {
    const from = rungeKutta[Math.floor(index / 4) * 4]!
    const to = timesteps[index]! - (index % 2 === 0 ? Math.floor(stride / 2) : 0)
    const stage = index % 4
    if (stage === 0) {
      outputs = newest(output, outputs)
      x0 = x
      sum = combine([1 / 6, output])
      return transfer(x0, output, from, to)
    }
    sum = combine([1, sum], [stage === 3 ? 1 / 6 : 1 / 3, output])
    return transfer(x0, stage === 3 ? sum : output, from, to)
  }

  function multistepStep(output: Float32Array, x: Float32Array, index: number): Step {
    const timestep = timesteps[index]!
    if (index === 1) {
      // The second evaluation corrects the first, and goes over the same ground.
      const mean = combine([1 / 2, output], [1 / 2, outputs[0]!])
      return transfer(x0, mean, timestep + stride, timestep)
    }
    if (index === 0) x0 = x
    outputs = newest(output, outputs)
    return transfer(x, extrapolate(outputs), timestep, timestep - stride)
  }

  return variancePreserving(timesteps, alphas, (output, x, index) => {
    const isRungeKutta = index < rungeKutta.length
    return (isRungeKutta ? rungeKuttaStep : multistepStep)(output, x, index)
  })
}

/** The second of them twice. */
function doubled([first, ...rest]: readonly number[]): number[] {
  return [first!, ...rest.slice(0, 1), ...rest]
}

/**
 * From each of the first three timesteps to the next in four evaluations: there, twice half-way, and at the next.
 *
 * @throws CompanionError 'option-invalid' where there are fewer than four.
 */
function rungeKuttaTimesteps(spaced: readonly number[], stride: number): number[] {
  if (spaced.length < 4) {
    throw new CompanionError(
      'option-invalid',
      `PNDM begins this model with steps of Runge and Kutta, and needs 4 steps or more. Choose more than ${spaced.length}.`,
    )
  }
  return [0, 1, 2].flatMap((i) => {
    const [here, next] = [spaced[i]!, spaced[i + 1]!]
    const between = next + Math.floor(stride / 2)
    return [here, between, between, next]
  })
}

function newest(output: Float32Array, outputs: readonly Float32Array[]): readonly Float32Array[] {
  return [output, ...outputs].slice(0, 4)
}

/** Equation 12: Adams and Bashforth's formula of the order that there are outputs for. */
function extrapolate(outputs: readonly Float32Array[]): Float32Array {
  const weights = adamsBashforth[outputs.length - 1]!
  return combine(...weights.map((weight, i) => [weight, outputs[i]!] as const))
}

const adamsBashforth = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
]
