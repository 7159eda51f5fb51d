import { type Clones, type Part, partsOf } from '../../../../../companion/engines/patchmatch/clone.ts'
import type { Image } from '../../../../../companion/image/image.ts'

const mostDifference = 6
const mostRms = 1.5
/** The pixels that tell places apart are compared first. */
const firstCompared = 48
/** Offsets tried over all parts of the hole, and parts: bound the time, at the expense of the smallest parts. */
const mostOffsets = 64_000_000
const mostParts = 32

/** The twin of `findClones`. */
export function findClones(image: Image, hole: Uint8Array, avoid: Uint8Array): Clones {
  const area = image.width * image.height
  const parts = partsOf(hole, image)
    .sort((a, b) => b.pixels.length - a.pixels.length)
    .slice(0, Math.min(mostParts, Math.floor(mostOffsets / area)))
  const busyness = sumGradients(image, hole)
  const holePixels: number[] = []
  const copiedFrom: number[] = []
  for (const part of parts) {
    const shift = findShift(image, hole, avoid, part, busyness)
    if (shift === null) continue
    for (const place of part.pixels) {
      holePixels.push(place)
      copiedFrom.push(place + shift)
    }
  }
  return { holePixels: Int32Array.from(holePixels), copiedFrom: Int32Array.from(copiedFrom) }
}

/** How far the source of the best clone lies from the part, as a difference of places; null: there is none. */
function findShift(
  image: Image,
  hole: Uint8Array,
  avoid: Uint8Array,
  part: Part,
  busyness: Uint32Array,
): number | null {
  const { data, width, height } = image
  const box = boundsOf([...part.ring, ...part.pixels], width)
  const ring = strongestFirst(part.ring, image, hole)
  let best: number | null = null
  let leastBusy = Number.POSITIVE_INFINITY
  let nearest = Number.POSITIVE_INFINITY
  for (let dy = -box.top; dy < height - box.bottom; dy++) {
    for (let dx = -box.left; dx < width - box.right; dx++) {
      const busy = boxSum(busyness, width, box, dx, dy)
      const distance = dx * dx + dy * dy
      if (busy > leastBusy || (busy === leastBusy && distance >= nearest)) continue
      const shift = dy * width + dx
      if (!agrees(data, hole, ring, shift) || !isCopyable(hole, avoid, part.pixels, shift)) continue
      best = shift
      leastBusy = busy
      nearest = distance
    }
  }
  return best
}

function agrees(data: Uint8Array, hole: Uint8Array, ring: Int32Array, shift: number): boolean {
  let squares = 0
  for (let k = 0; k < ring.length; k++) {
    const place = ring[k]!
    if (hole[place + shift]) return false
    for (let i = 4 * place; i < 4 * place + 4; i++) {
      const d = data[i]! - data[i + 4 * shift]!
      if (d > mostDifference || d < -mostDifference) return false
      squares += d * d
    }
  }
  return squares <= mostRms * mostRms * 4 * ring.length
}

function isCopyable(hole: Uint8Array, avoid: Uint8Array, pixels: readonly number[], shift: number): boolean {
  for (let k = 0; k < pixels.length; k++) {
    if (hole[pixels[k]! + shift] || avoid[pixels[k]! + shift]) return false
  }
  return true
}

/** Left and top inclusive, right and bottom inclusive too. */
interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

function boundsOf(places: readonly number[], width: number): Bounds {
  let [left, top, right, bottom] = [width, Number.POSITIVE_INFINITY, 0, 0]
  for (const place of places) {
    const x = place % width
    const y = (place - x) / width
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { left, top, right, bottom }
}

function strongestFirst(ring: readonly number[], image: Image, hole: Uint8Array): Int32Array {
  const order = ring
    .map((place) => ({ place, gradient: gradientAt(image, hole, place) }))
    .sort((a, b) => b.gradient - a.gradient || a.place - b.place)
    .map(({ place }) => place)
  // The rest in the order of memory.
  const rest = order.slice(firstCompared).sort((a, b) => a - b)
  return Int32Array.from([...order.slice(0, firstCompared), ...rest])
}

/** Sums of the gradients above and left of each corner, [height + 1, width + 1], modulo 2^32. */
function sumGradients(image: Image, hole: Uint8Array): Uint32Array {
  const { width, height } = image
  const sums = new Uint32Array((width + 1) * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += gradientAt(image, hole, y * width + x)
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row
    }
  }
  return sums
}

/** Sum over the bounds moved by (dx, dy). Right while it is below 2^32, which needs boxes of over 2 megapixels to break. */
function boxSum(
  sums: Uint32Array,
  width: number,
  { left, top, right, bottom }: Bounds,
  dx: number,
  dy: number,
) {
  const above = (top + dy) * (width + 1) + dx
  const below = (bottom + dy + 1) * (width + 1) + dx
  return (
    (sums[below + right + 1]! - sums[below + left]! - sums[above + right + 1]! + sums[above + left]!) >>> 0
  )
}

/** Sum over the channels of |difference to the right| + |difference below|; 0 where one of them is not known. */
function gradientAt({ data, width, height }: Image, hole: Uint8Array, place: number): number {
  if (hole[place] || place % width === width - 1 || place >= width * (height - 1)) return 0
  if (hole[place + 1] || hole[place + width]) return 0
  let sum = 0
  for (let i = 4 * place; i < 4 * place + 4; i++) {
    sum += Math.abs(data[i]! - data[i + 4]!) + Math.abs(data[i]! - data[i + 4 * width]!)
  }
  return sum
}
