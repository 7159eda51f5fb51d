import type { Calm, Copies } from '../../../../../companion/engines/patchmatch/poisson.ts'
import type { Image } from '../../../../../companion/image/image.ts'

/** The twin of `blendCopies`. */
export function blendCopies(image: Image, copies: Copies, calm: Calm | null = null): void {
  const { data } = image
  const edges = connect(image, copies)
  const pull = calm === null ? 0 : calmPull
  for (let channel = 0; channel < 3; channel++) {
    const calmed = calm === null ? null : solve(edges, sumSteps(image, copies, edges, channel, calm.steps), 0)
    const rightSide = sumDifferences(image, copies, edges, channel, calm?.gain ?? 1)
    copies.holePixels.forEach((place, k) => {
      if (calmed === null) return
      const colour = data[4 * place + channel]!
      rightSide[k]! += pull * (Math.min(255, Math.max(0, colour + calmed[k]!)) - colour)
    })
    const correction = solve(edges, rightSide, pull)
    copies.holePixels.forEach((place, k) => {
      const i = 4 * place + channel
      data[i] = Math.min(255, Math.max(0, Math.round(data[i]! + correction[k]!)))
    })
  }
}

/** λ. */
const calmPull = 1.1

/** The right side of the equation whose solution are the calm colours, for one channel. */
function sumSteps(
  { data, width, height }: Image,
  { holePixels }: Copies,
  { weight }: Edges,
  channel: number,
  steps: Float32Array,
): Float32Array {
  return Float32Array.from(holePixels, (place, k) => {
    let sum = steps[4 * k + channel]!
    for (const [side, step] of [-1, 1, -width, width].entries()) {
      if (!hasNeighbour(place, side, width, height) || !weight[4 * k + side]) continue
      sum -= data[4 * place + channel]! - data[4 * (place + step) + channel]!
    }
    return sum
  })
}

/** The neighbours of each hole pixel, in the order left, right, above, below. */
interface Edges {
  /** [pixels, 4]: which of `holePixels` the neighbour is; −1: it is known, or there is none. */
  readonly neighbour: Int32Array
  /** [pixels, 4]: w_pq, 0 where there is no neighbour. */
  readonly weight: Float32Array
}

function connect({ data, width, height }: Image, { holePixels }: Pick<Copies, 'holePixels'>): Edges {
  const index = new Int32Array(width * height).fill(-1)
  for (let k = 0; k < holePixels.length; k++) index[holePixels[k]!] = k
  const neighbour = new Int32Array(4 * holePixels.length).fill(-1)
  const weight = new Float32Array(4 * holePixels.length)
  const steps = [-1, 1, -width, width]
  for (let k = 0; k < holePixels.length; k++) {
    const p = holePixels[k]!
    for (let side = 0; side < 4; side++) {
      if (!hasNeighbour(p, side, width, height)) continue
      const q = p + steps[side]!
      neighbour[4 * k + side] = index[q]!
      weight[4 * k + side] = (data[4 * p + 3]! * data[4 * q + 3]!) / (255 * 255)
    }
  }
  return { neighbour, weight }
}

function hasNeighbour(place: number, side: number, width: number, height: number): boolean {
  if (side === 0) return place % width > 0
  if (side === 1) return place % width < width - 1
  return side === 2 ? place >= width : place < width * (height - 1)
}

/** The right side of the equation whose solution is the blend, for one channel. */
function sumDifferences(
  { data, width, height }: Image,
  { hole, holePixels, copiedFrom }: Copies,
  { neighbour, weight }: Edges,
  channel: number,
  gain: number,
): Float32Array {
  const rightSide = new Float32Array(holePixels.length)
  const steps = [-1, 1, -width, width]
  const isUsable = (place: number) => !hole[place] && data[4 * place + 3]! > 0
  const colour = (place: number) => data[4 * place + channel]!
  for (let k = 0; k < holePixels.length; k++) {
    const p = holePixels[k]!
    const from = copiedFrom[k]!
    let sum = 0
    for (let side = 0; side < 4; side++) {
      const w = weight[4 * k + side]!
      if (w === 0) continue
      const step = steps[side]!
      const other = neighbour[4 * k + side]!
      const otherFrom = other < 0 ? -1 : copiedFrom[other]!
      let v = 0
      let sources = 0
      if (hasNeighbour(from, side, width, height) && isUsable(from + step)) {
        v += colour(from) - colour(from + step)
        sources++
      }
      if (other >= 0 && hasNeighbour(otherFrom, side ^ 1, width, height) && isUsable(otherFrom - step)) {
        v += colour(otherFrom - step) - colour(otherFrom)
        sources++
      }
      const wanted = (sources === 2 ? v / 2 : v) * (other >= 0 ? gain : 1)
      sum += w * (wanted - (colour(p) - colour(p + step)))
    }
    rightSide[k] = sum
  }
  return rightSide
}

/** Of the squared residual at the beginning: far more than shows. */
const smallResidual = 1e-13
const mostIterations = 2000

/** Conjugate gradients, with the diagonal as preconditioner, from e = 0. */
function solve({ neighbour, weight }: Edges, rightSide: Float32Array, pull: number): Float64Array {
  const count = rightSide.length
  const diagonal = new Float64Array(count)
  for (let k = 0; k < count; k++) {
    const sum = weight[4 * k]! + weight[4 * k + 1]! + weight[4 * k + 2]! + weight[4 * k + 3]! + pull
    // A pixel without neighbours has nothing to meet: its right side is 0, and so is its correction.
    diagonal[k] = sum > 0 ? sum : 1
  }
  const e = new Float64Array(count)
  const residual = Float64Array.from(rightSide)
  const direction = new Float64Array(count)
  const applied = new Float64Array(count)
  let rho = 0
  for (let k = 0; k < count; k++) {
    direction[k] = residual[k]! / diagonal[k]!
    rho += residual[k]! * direction[k]!
  }
  const enough = smallResidual * rho

  for (let iteration = 0; iteration < mostIterations && rho > enough && rho > 0; iteration++) {
    let curvature = 0
    for (let k = 0, i = 0; k < count; k++, i += 4) {
      let sum = diagonal[k]! * direction[k]!
      for (let side = 0; side < 4; side++) {
        const other = neighbour[i + side]!
        if (other >= 0) sum -= weight[i + side]! * direction[other]!
      }
      applied[k] = sum
      curvature += sum * direction[k]!
    }
    if (curvature <= 0) break
    const step = rho / curvature
    let next = 0
    for (let k = 0; k < count; k++) {
      e[k] = e[k]! + step * direction[k]!
      residual[k] = residual[k]! - step * applied[k]!
      next += (residual[k]! * residual[k]!) / diagonal[k]!
    }
    const keep = next / rho
    for (let k = 0; k < count; k++) direction[k] = residual[k]! / diagonal[k]! + keep * direction[k]!
    rho = next
  }
  return e
}
