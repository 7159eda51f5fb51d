import { invert } from './flags.ts'
import { bytes, copyOf, ints, kernels } from './kernels.ts'
import type { Level } from './level.ts'
import type { Random } from './random.ts'

/**
 * First fills of a coarse level. Each fills the hole's pixels in `level.pixels` from scratch and says for each of
 * `level.holePixels` from which known place it was copied. They differ in the order of filling: what comes first
 * decides which structure goes on and which stops.
 */
export type Start = (level: Level, random: Random) => Int32Array

/** Comparisons that one start may make: bounds the time where a thin hole is long. */
const comparisons = 1_500_000
const mostCandidates = 8000
/** Each start sees another half of the sources, so that seeds differ in small pictures too. */
const candidateShare = 1 / 2

/** Layer by layer from the border inwards, one pixel at a time. */
export const peelOnion: Start = (level, random) => {
  const { holePixels, depth } = level
  const fill = beginFill(level, holePixels.length, random)
  const order = holePixels.slice().sort((a, b) => depth[a]! - depth[b]! || a - b)
  for (const place of order) copyPixel(level, fill, place, bestSource(level, fill, place))
  return holePixels.map((place) => fill.copiedFrom[place]!)
}

/**
 * A whole patch at a time, first where most around it is known and an edge runs into the hole: the priority
 * P(p) = C(p) D(p) of Criminisi et al., "Region Filling and Object Removal by Exemplar-Based Image Inpainting", 2004.
 */
export const fillByPriority: Start = (level, random) => {
  const { holePixels, width, height, hole, patchRadius: r } = level
  const patchArea = (2 * r + 1) ** 2
  const fill = beginFill(level, Math.ceil((3 * holePixels.length) / patchArea), random)
  const confidence = Float32Array.from(hole, (value) => 1 - value)
  const priority = new Float32Array(width * height).fill(-1)
  for (const place of holePixels) priority[place] = priorityOf(level, fill, confidence, place)

  for (let left = holePixels.length; left > 0; ) {
    let next = -1
    for (const place of holePixels) {
      if (!fill.filled[place] && (next < 0 || priority[place]! > priority[next]!)) next = place
    }
    const source = bestSource(level, fill, next)
    const certainty = confidenceAt(level, confidence, next)
    for (const place of patchAround(level, next, r)) {
      // A source patch always lies inside the picture, so every pixel around the target has its twin.
      if (fill.filled[place]) continue
      copyPixel(level, fill, place, source + place - next)
      confidence[place] = certainty
      left--
    }
    for (const place of patchAround(level, next, 2 * r + 1)) {
      if (!fill.filled[place]) priority[place] = priorityOf(level, fill, confidence, place)
    }
  }
  return holePixels.map((place) => fill.copiedFrom[place]!)
}

export interface Fill {
  /** [height, width], 1 = known or filled by now. */
  readonly filled: Uint8Array
  /** [height, width]: the known place that a filled pixel shows. */
  readonly copiedFrom: Int32Array
  readonly candidates: Int32Array
  /** Room for the kernel. */
  readonly patch: Uint8Array
}

function beginFill({ hole, sources }: Level, searches: number, random: Random): Fill {
  const count = Math.ceil(
    Math.min(mostCandidates, sources.length * candidateShare, Math.max(200, comparisons / searches)),
  )
  const every = sources.length / count
  // One from each stretch of the list, so that all of the picture is seen.
  const candidates = ints(count)
  for (let k = 0; k < count; k++) {
    const from = Math.floor(k * every)
    candidates[k] = sources[from + random(Math.floor((k + 1) * every) - from)]!
  }
  const filled = copyOf(hole)
  invert(filled)
  return { filled, candidates, copiedFrom: ints(hole.length), patch: bytes(7 * 64) }
}

function copyPixel({ pixels }: Level, { filled, copiedFrom }: Fill, place: number, from: number): void {
  pixels.copyWithin(4 * place, 4 * from, 4 * from + 4)
  copiedFrom[place] = from
  filled[place] = 1
}

/** The candidate whose patch is most like what is filled by now around `place`. */
export function bestSource(level: Level, { filled, candidates, patch }: Fill, place: number): number {
  const { pixels, width, height, patchRadius } = level
  return kernels.bestSource(
    pixels,
    width,
    height,
    patchRadius,
    filled,
    candidates,
    candidates.length,
    place,
    patch,
  )
}

/** C(p) D(p) where p is on the front between filled and not; −1 elsewhere, behind everything. */
function priorityOf(level: Level, fill: Fill, confidence: Float32Array, place: number): number {
  const { width, height } = level
  const { filled } = fill
  const x = place % width
  const y = (place - x) / width
  const left = x > 0 ? filled[place - 1]! : filled[place]!
  const right = x + 1 < width ? filled[place + 1]! : filled[place]!
  const above = y > 0 ? filled[place - width]! : filled[place]!
  const below = y + 1 < height ? filled[place + width]! : filled[place]!
  if (left + right + above + below === 0) return -1
  const normalX = right - left
  const normalY = below - above
  const length = Math.hypot(normalX, normalY)
  const [gradientX, gradientY] = strongestGradient(level, fill, place)
  // The isophote runs at a right angle to the gradient. Along a flat front D vanishes; C alone must still count.
  const data = length > 0 ? Math.abs(gradientX * normalY - gradientY * normalX) / length / 255 : 0
  return confidenceAt(level, confidence, place) * (data + 0.001)
}

function confidenceAt(level: Level, confidence: Float32Array, place: number): number {
  let sum = 0
  for (const near of patchAround(level, place, level.patchRadius)) sum += confidence[near]!
  return sum / (2 * level.patchRadius + 1) ** 2
}

/** The largest brightness gradient among the filled pixels of the patch, in grey levels a pixel. */
function strongestGradient(level: Level, { filled }: Fill, place: number): [number, number] {
  const { width, height } = level
  let strongest: [number, number] = [0, 0]
  let most = 0
  for (const near of patchAround(level, place, level.patchRadius)) {
    const x = near % width
    if (x + 1 >= width || near + width >= width * height) continue
    if (!filled[near] || !filled[near + 1] || !filled[near + width]) continue
    const here = brightness(level, near)
    const dx = brightness(level, near + 1) - here
    const dy = brightness(level, near + width) - here
    if (dx * dx + dy * dy > most) {
      most = dx * dx + dy * dy
      strongest = [dx, dy]
    }
  }
  return strongest
}

function brightness({ pixels }: Level, place: number): number {
  return (pixels[4 * place]! + pixels[4 * place + 1]! + pixels[4 * place + 2]!) / 3
}

/** The places of a square, cut at the picture's border. */
function patchAround({ width, height }: Level, place: number, radius: number): number[] {
  const centreX = place % width
  const centreY = (place - centreX) / width
  const places: number[] = []
  for (let y = Math.max(0, centreY - radius); y <= Math.min(height - 1, centreY + radius); y++) {
    for (let x = Math.max(0, centreX - radius); x <= Math.min(width - 1, centreX + radius); x++) {
      places.push(y * width + x)
    }
  }
  return places
}
