import type { Side } from './sides.ts'

/** A straight edge in the picture that meets a side of what is known. */
export interface BorderLine extends Ray {
  /** Length of the colour's step across it, over 2 px, in grey levels of all three colours. */
  readonly step: number
}

interface Ray {
  /** Where it meets the side, in px along it. */
  readonly at: number
  /** px along the side for each px outwards. */
  readonly slope: number
}

/** A line is straight over its last so many px. */
const lengthPx = 32
const leastStep = 24
/** So much of the steps along a line is one and the same step. */
const leastSameness = 0.9
/** Where a line begins, the step is larger than beside it, over so many px. */
const startPx = 4
/** Each quarter of a line has so much of its step. */
const quarters = [0, 8, 16, 24]
const leastOfStep = 0.6
/** Two that are nearer to each other, at the side or half their length farther in, are one: both edges of a wire. */
const apartPx = 4

/**
 * The straight edges that meet a side, the clearest first; among them some that a texture shows by chance, or a curve.
 *
 * @param pixels [height, width, 4]
 */
export function linesThatMeet(side: Side, pixels: Uint8Array): BorderLine[] {
  if (side.knownPx < lengthPx) return []
  const steps = stepsAlong(side, pixels)
  const rays = startsIn(steps)
    .map((at) => clearest(steps, fan(at)))
    .sort((a, b) => b.clearness - a.clearness)
  const lines: BorderLine[] = []
  for (const ray of rays) {
    if (ray.clearness < leastStep / 2 || !isApart(ray)) continue
    const { at, slope } = clearest(steps, turned(ray))
    const { step, sameness } = measure(steps, { at, slope }, 0, lengthPx)
    if (step < leastStep || sameness < leastSameness || !isApart({ at, slope })) continue
    const stepOf = (quarter: number) => measure(steps, { at, slope }, quarter, quarter + lengthPx / 4).step
    if (quarters.every((quarter) => stepOf(quarter) >= leastOfStep * step)) lines.push({ at, slope, step })
  }
  return lines

  function isApart({ at, slope }: Ray): boolean {
    return lines.every((line) =>
      [0, lengthPx / 2].every((px) => Math.abs(line.at - at - (line.slope - slope) * px) >= apartPx),
    )
  }
}

/** Where along the side there is most of a step. */
function startsIn(steps: Steps): number[] {
  const stepAt = (at: number) => measure(steps, { at, slope: 0 }, 0, startPx).mean
  const found = Array.from({ length: steps.side.lengthPx }, (_, at) => stepAt(at))
  return [...found.keys()].filter((at) => {
    const step = found[at]!
    return step > leastStep / 2 && step >= found[at - 1]! && step >= found[at + 1]!
  })
}

/** Up to 70° to both sides of straight outwards. */
const slopes = spread({ most: 70, step: 2 }).map(slopeOf)
/** Around one ray: so far each way, and from one to the next. */
const turnedPx = { most: 1, step: 0.25 }
const turnedDeg = { most: 1.5, step: 0.25 }

function fan(at: number): Ray[] {
  return slopes.map((slope) => ({ at, slope }))
}

function turned({ at, slope }: Ray): Ray[] {
  const degrees = (180 / Math.PI) * Math.atan(slope)
  return spread(turnedPx).flatMap((px) =>
    spread(turnedDeg).map((more) => ({ at: at + px, slope: slopeOf(degrees + more) })),
  )
}

/** From −most to most. */
function spread({ most, step }: { most: number; step: number }): number[] {
  return Array.from({ length: 1 + (2 * most) / step }, (_, k) => k * step - most)
}

function slopeOf(degrees: number): number {
  return Math.tan((degrees * Math.PI) / 180)
}

/** The ray whose steps are largest and most the same. */
function clearest(steps: Steps, rays: readonly Ray[]): Ray & { clearness: number } {
  let best = { ...rays[0]!, clearness: 0 }
  for (const ray of rays) {
    const { step, sameness } = measure(steps, ray, 0, lengthPx)
    if (step * sameness > best.clearness) best = { ...ray, clearness: step * sameness }
  }
  return best
}

/** The colour's steps along a side, over 2 px. */
interface Steps {
  readonly side: Side
  /** [lengthPx, side.lengthPx, 3], from the side inwards. */
  readonly values: Float32Array
}

function stepsAlong(side: Side, pixels: Uint8Array): Steps {
  const { edge, along, inwards, first, last } = side
  const values = new Float32Array(3 * lengthPx * side.lengthPx)
  for (let px = 0; px < lengthPx; px++) {
    for (let at = first + 1; at < last; at++) {
      const place = edge + px * inwards + at * along
      for (let channel = 0; channel < 3; channel++) {
        values[3 * (px * side.lengthPx + at) + channel] =
          pixels[4 * (place + along) + channel]! - pixels[4 * (place - along) + channel]!
      }
    }
  }
  return { side, values }
}

interface Measured {
  /** Mean length of the steps. */
  readonly mean: number
  /** Length of the mean step, over 2 px across the ray. */
  readonly step: number
  /** How much of the steps is the mean one, 0..1. */
  readonly sameness: number
}

const nothing: Measured = { mean: 0, step: 0, sameness: 0 }

/** The steps on a ray, `fromPx` … `toPx` along it from the side; nothing where it leaves what is known. */
function measure({ side, values }: Steps, { at, slope }: Ray, fromPx: number, toPx: number): Measured {
  const lean = Math.sqrt(1 + slope * slope)
  const [from, to] = [Math.round(fromPx / lean), Math.round(toPx / lean)]
  let [red, green, blue, all] = [0, 0, 0, 0]
  for (let px = from; px < to; px++) {
    const where = at - slope * px
    const before = Math.floor(where)
    if (before <= side.first || before + 1 >= side.last) return nothing
    const share = where - before
    const k = 3 * (px * side.lengthPx + before)
    const r = values[k]! + share * (values[k + 3]! - values[k]!)
    const g = values[k + 1]! + share * (values[k + 4]! - values[k + 1]!)
    const b = values[k + 2]! + share * (values[k + 5]! - values[k + 2]!)
    red += r
    green += g
    blue += b
    all += Math.sqrt(r * r + g * g + b * b)
  }
  if (all === 0) return nothing
  const length = Math.sqrt(red * red + green * green + blue * blue)
  const count = to - from
  return { mean: all / count, step: (lean * length) / count, sameness: length / all }
}
