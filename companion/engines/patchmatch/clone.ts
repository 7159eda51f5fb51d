import type { Image, Size } from '../../image/image.ts'
import { boundsOf, growByBox, placesOf } from './flags.ts'
import { borrow, ints, kernels } from './kernels.ts'

/** Pixels of the hole, and for each the known place it is to be copied from. */
export interface Clones {
  readonly holePixels: Int32Array
  readonly copiedFrom: Int32Array
}

/** A clone must agree with what is known this far around the hole: each byte within 6, and 1.5 in the mean square. */
const ringPx = 3
/** The pixels that tell places apart are compared first. */
const firstCompared = 48
/** Offsets tried over all parts of the hole, and parts: bound the time, at the expense of the smallest parts. */
const mostOffsets = 64_000_000
const mostParts = 32

/**
 * The parts of the hole that another part of the picture continues exactly: everything known around the hole is the
 * same around the source. Screens and patterns are full of such places, with lines one pixel wide that no pyramid
 * keeps. Among several, the least busy source is taken (or a plain ground would get somebody else's icon), then the
 * nearest.
 *
 * @param hole [height, width], 1 = hole
 * @param avoid [height, width], 1 = do not copy from here
 */
export function findClones(image: Image, hole: Uint8Array, avoid: Uint8Array): Clones {
  const area = image.width * image.height
  const parts = partsOf(hole, image)
    .sort((a, b) => b.pixels.length - a.pixels.length)
    .slice(0, Math.min(mostParts, Math.floor(mostOffsets / area)))
  const found = borrow(() => {
    const findShift = shiftFinder(image, hole, avoid)
    return parts.flatMap(({ pixels, ring }) => {
      const shift = findShift(pixels, ring)
      return shift === 0 ? [] : [{ pixels, shift }]
    })
  })
  const count = found.reduce((sum, { pixels }) => sum + pixels.length, 0)
  const holePixels = ints(count)
  const copiedFrom = ints(count)
  let k = 0
  for (const { pixels, shift } of found) {
    for (const place of pixels) {
      holePixels[k] = place
      copiedFrom[k++] = place + shift
    }
  }
  return { holePixels, copiedFrom }
}

/** Pixels of the hole that lie together, and the known ones around them. */
export interface Part {
  readonly pixels: number[]
  readonly ring: number[]
}

/** Holes with touching rings are one part. */
export function partsOf(hole: Uint8Array, size: Size): Part[] {
  const { width, height } = size
  const waiting = growByBox(hole, size, ringPx)
  const parts: Part[] = []
  for (const start of placesOf(waiting)) {
    if (!waiting[start]) continue
    const part: Part = { pixels: [], ring: [] }
    const stack = [start]
    waiting[start] = 0
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      const list = hole[place] ? part.pixels : part.ring
      list.push(place)
      const x = place % width
      const y = (place - x) / width
      if (x > 0) visit(place - 1)
      if (x + 1 < width) visit(place + 1)
      if (y > 0) visit(place - width)
      if (y + 1 < height) visit(place + width)
    }
    parts.push(part)

    function visit(place: number) {
      if (!waiting[place]) return
      waiting[place] = 0
      stack.push(place)
    }
  }
  return parts
}

type FindShift = (pixels: readonly number[], ring: readonly number[]) => number

/** Finds how far the source of a part's best clone lies from it, as a difference of places; 0: there is none. */
function shiftFinder({ data, width, height }: Image, hole: Uint8Array, avoid: Uint8Array): FindShift {
  let busyness: Int32Array | null = null
  return (pixels, ring) => {
    const part = intsOf(pixels)
    const ordered = strongestFirst(intsOf(ring))
    // Spread into one list, millions of numbers would take longer than all the rest.
    const both = new Int32Array(part.length + ordered.length)
    both.set(part)
    both.set(ordered, part.length)
    const { left, top, right, bottom } = boundsOf(both, width)
    const find = (sums: Int32Array | 0) =>
      kernels.findShift(
        data,
        hole,
        avoid,
        width,
        height,
        ordered,
        ordered.length,
        part,
        part.length,
        left,
        top,
        right,
        bottom,
        sums,
      )
    // Photographs have no clones at all, and need no sums.
    if (find(0) === 0) return 0
    busyness ??= sumGradients()
    return find(busyness)
  }

  function strongestFirst(ring: Int32Array): Int32Array {
    const gradients = ints(ring.length)
    kernels.listGradients(data, hole, width, height, ring, ring.length, gradients)
    // The place is what is left modulo 2^32. Plain numbers sort many times faster than by a function.
    const keys = Float64Array.from(ring, (place, k) => -gradients[k]! * 2 ** 32 + place).sort()
    const order = intsOf(keys)
    // The rest in the order of memory.
    order.subarray(firstCompared).sort()
    return order
  }

  function sumGradients(): Int32Array {
    const sums = ints((width + 1) * (height + 1))
    kernels.sumGradients(data, hole, width, height, sums)
    return sums
  }
}

/** Whole numbers, modulo 2^32, in the kernels' memory. */
function intsOf(values: ArrayLike<number>): Int32Array {
  const copy = ints(values.length)
  copy.set(values)
  return copy
}
