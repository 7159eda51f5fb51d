import type { Size } from '../../image/image.ts'
import { type Bounds, boundsOf, eitherOf, growByBox, invert, placesOf } from './flags.ts'
import { borrow, copyOf } from './kernels.ts'

/** How far from margins they are copied from: so many times their greatest depth, and at least so many px. */
const bandShare = 0.7
const leastBandPx = 48

/**
 * What is avoided when margins around a picture are filled: besides what `avoid` says, all that lies far from them. What goes
 * on beyond an edge is what is next to it; from the whole picture, heads grew beside a head and a shore in the sky.
 *
 * @param hole [height, width], 1 = hole
 * @param avoid [height, width], 1 = do not copy from here
 * @param depthPx of the deepest pixel of the hole
 * @returns `avoid` itself where the hole is no margin
 */
export function avoidFarFromMargins(
  hole: Uint8Array,
  avoid: Uint8Array,
  size: Size,
  depthPx: number,
): Uint8Array {
  if (knownRectangle(hole, size.width) === null) return avoid
  const far = growByBox(hole, size, Math.ceil(Math.max(leastBandPx, bandShare * depthPx)))
  invert(far)
  return eitherOf(avoid, far)
}

/**
 * What is known, where that is a rectangle and all else is margin around it; null elsewhere.
 *
 * @param hole [height, width], 1 = hole
 */
export function knownRectangle(hole: Uint8Array, width: number): Bounds | null {
  return borrow(() => {
    const isKnown = copyOf(hole)
    invert(isKnown)
    const places = placesOf(isKnown)
    if (places.length === 0) return null
    const bounds = boundsOf(places, width)
    const area = (bounds.right - bounds.left + 1) * (bounds.bottom - bounds.top + 1)
    return places.length === area ? bounds : null
  })
}
