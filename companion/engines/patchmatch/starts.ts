import type { Size } from '../../image/image.ts'
import { invert } from './flags.ts'
import { bytes, copyOf, ints, kernels } from './kernels.ts'
import type { Level } from './level.ts'
import type { Random } from './random.ts'

/**
 * First fills of a coarse level. Each fills the hole's pixels in `level.pixels` from scratch and says for each of
 * `level.holePixels` at which known place the search for a match is to begin: where it was copied from. They differ in
 * what comes first, which decides which structure goes on and which stops.
 */
export type Start = (level: Level, random: Random) => Int32Array

/** Comparisons that one start may make: bounds the time where a thin hole is long. */
const comparisons = 1_500_000
const mostCandidates = 8000
/** Each start sees another half of the sources, so that seeds differ in small pictures too. */
const candidateShare = 1 / 2

/** Leave 1 % of the error in a hole of 10 px across, more where it reaches the border of the picture. */
const sweeps = 48

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

/**
 * Smoothly: each pixel the mean of its four neighbours (Laplace's equation), by Gauss-Seidel. Nothing is decided yet; the
 * search begins anywhere and weighs all sides of the hole alike.
 */
export const spreadColours: Start = ({ pixels, holePixels, sources, width, height }, random) => {
  const colours = Float32Array.from(pixels)
  const mean = meanColour(pixels, sources)
  for (const place of holePixels) colours.set(mean, 4 * place)
  const order = Array.from(holePixels, (place) => ({
    place,
    neighbours: neighboursOf(place, { width, height }),
  }))
  for (let sweep = 0; sweep < sweeps; sweep++) {
    order.reverse()
    for (const { place, neighbours } of order) {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0
        for (const near of neighbours) sum += colours[4 * near + channel]!
        colours[4 * place + channel] = sum / neighbours.length
      }
    }
  }
  for (const place of holePixels) {
    for (let i = 4 * place; i < 4 * place + 4; i++) pixels[i] = Math.round(colours[i]!)
  }
  return holePixels.map(() => sources[random(sources.length)]!)
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

function meanColour(pixels: Uint8Array, places: Int32Array): number[] {
  const sum = [0, 0, 0, 0]
  for (const place of places) {
    for (let channel = 0; channel < 4; channel++) sum[channel]! += pixels[4 * place + channel]!
  }
  return sum.map((value) => value / places.length)
}

function neighboursOf(place: number, { width, height }: Size): number[] {
  const x = place % width
  const neighbours: number[] = []
  if (x > 0) neighbours.push(place - 1)
  if (x + 1 < width) neighbours.push(place + 1)
  if (place >= width) neighbours.push(place - width)
  if (place + width < width * height) neighbours.push(place + width)
  return neighbours
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
