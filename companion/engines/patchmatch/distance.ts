import type { Size } from '../../image/image.ts'
import { boundsOf, placesOf } from './flags.ts'
import { borrow, floats, kernels } from './kernels.ts'

/**
 * How deep each pixel lies in the hole: the Euclidean distance to the nearest known pixel, in px; 0 outside the hole.
 * The picture's own border does not count as known.
 *
 * Exact and linear in time: distances along the columns, then along each row the lower envelope of the parabolas
 * (x − q)² + g(q)² of Felzenszwalb & Huttenlocher, "Distance Transforms of Sampled Functions", 2012.
 *
 * @param hole [height, width], 1 = hole
 * @param holePixels its places
 */
export function distanceToKnown(
  hole: Uint8Array,
  holePixels: Int32Array,
  { width, height }: Size,
): Float32Array {
  const distance = floats(width * height)
  if (holePixels.length === 0) return distance
  // With one known pixel more on each side, the nearest known one is always inside.
  const { left, top, right, bottom } = boundsOf(holePixels, width)
  borrow(() =>
    kernels.distanceToKnown(
      hole,
      width,
      height,
      Math.max(0, left - 1),
      Math.max(0, top - 1),
      Math.min(width - 1, right + 1),
      Math.min(height - 1, bottom + 1),
      distance,
      floats(6 * (width + 2)),
    ),
  )
  return distance
}

/** How deep the deepest pixel lies in the hole, in px; 0: there is no hole. */
export function greatestDepth(hole: Uint8Array, size: Size): number {
  return borrow(() => {
    const holePixels = placesOf(hole)
    const depth = distanceToKnown(hole, holePixels, size)
    return holePixels.reduce((most, place) => Math.max(most, depth[place]!), 0)
  })
}
