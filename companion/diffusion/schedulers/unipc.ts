import { combine } from './combine.ts'
import type { CreateScheduler } from './scheduler.ts'
import { type Level, solverScheduler } from './solver.ts'

/**
 * Zhao et al., "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models" (2023), algorithms 1
 * and 2 for data prediction, of order 2 with B(h) = e^h − 1. diffusers: `UniPCMultistepScheduler` with `bh2`.
 */
export const createUniPc: CreateScheduler = (config, run) => {
  /** x₀ at the last two levels, the newest first, and x as it went into the last predictor. */
  let originals: readonly Float32Array[] = []
  let last: Float32Array | null = null
  let order = 0
  return solverScheduler(config, run, false, (given, original, index, levels) => {
    const x = last === null ? given : correct(last, original, originals, { levels, index, order })
    order = Math.min(2, levels.length - 1 - index, order + 1)
    const y = predictNext(x, original, originals[0] ?? null, { levels, index, order })
    originals = [original, ...originals].slice(0, 2)
    last = x
    return y
  })
}

interface Place {
  readonly levels: readonly Level[]
  readonly index: number
  /** Of the predictor that goes from here, or came here. */
  readonly order: number
}

/** UniP: x at level `index + 1`. @param previous x₀ at the level before; null: there is none. */
function predictNext(
  x: Float32Array,
  original: Float32Array,
  previous: Float32Array | null,
  { levels, index, order }: Place,
): Float32Array {
  const [from, to] = [levels[index]!, levels[index + 1]!]
  const h = to.lambda - from.lambda
  const first = -to.alpha * Math.expm1(-h)
  if (order === 1 || previous === null) return combine([to.s / from.s, x], [first, original])
  const r = (levels[index - 1]!.lambda - from.lambda) / h
  const slope = first / (2 * r)
  return combine([to.s / from.s, x], [first - slope, original], [slope, previous])
}

/**
 * UniC: x at level `index` once more, now that the network was asked there.
 *
 * @param last x at the level before.
 * @param originals x₀ at the level before, and at the one before that.
 */
function correct(
  last: Float32Array,
  original: Float32Array,
  [before, earlier]: readonly Float32Array[],
  { levels, index, order }: Place,
): Float32Array {
  const [from, to] = [levels[index - 1]!, levels[index]!]
  const h = to.lambda - from.lambda
  const phi1 = Math.expm1(-h)
  const scale = -to.alpha * phi1
  if (order === 1 || earlier === undefined) {
    return combine([to.s / from.s, last], [scale / 2, before!], [scale / 2, original])
  }
  // ρ solves [[1, 1], [r, 1]] ρ = b, the paper's R_p(h) ρ = φ_p(h) / B(h).
  const r = (levels[index - 2]!.lambda - from.lambda) / h
  const phi2 = phi1 / -h - 1
  const phi3 = phi2 / -h - 1 / 2
  const b = [phi2 / phi1, (2 * phi3) / phi1] as const
  const rho1 = (b[1] - b[0]) / (r - 1)
  const rho2 = b[0] - rho1
  return combine(
    [to.s / from.s, last],
    [scale * (1 - rho1 / r - rho2), before!],
    [(scale * rho1) / r, earlier],
    [scale * rho2, original],
  )
}
