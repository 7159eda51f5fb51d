import type { Image, Mask } from '../../image/image.ts'
import { findClones } from './clone.ts'
import { applyCopies } from './copy.ts'
import { flagsOf } from './flags.ts'
import { borrow, bytes, copyOf } from './kernels.ts'
import { blendCopies } from './poisson.ts'
import { continueStraight } from './straight.ts'

/**
 * The picture with its whole hole filled, where its own lines or another part of it continue all of that exactly; null elsewhere.
 *
 * @param task.mask of the picture's size; 255 = fill
 * @param task.avoid of the picture's size; 255 = do not copy from here
 */
export function copyExactly({
  image,
  mask,
  avoid,
}: {
  readonly image: Image
  readonly mask: Mask
  readonly avoid: Mask | null
}): Image | null {
  return borrow(() => {
    const copied = { ...image, data: copyOf(image.data) }
    const hole = flagsOf(mask)
    continueExactly(copied, hole, avoid === null ? bytes(hole.length) : flagsOf(avoid))
    return hole.includes(1) ? null : { ...copied, data: new Uint8Array(copied.data) }
  })
}

/**
 * Fills, in place, what the picture's own lines or another part of it continue exactly. That is no longer hole.
 *
 * @param hole [height, width], 1 = hole
 * @param avoid [height, width], 1 = do not copy from here
 */
export function continueExactly(image: Image, hole: Uint8Array, avoid: Uint8Array): void {
  continueStraight(image, hole)
  const clones = findClones(image, hole, avoid)
  if (clones.holePixels.length === 0) return
  applyCopies(image.data, clones.holePixels, clones.copiedFrom)
  blendCopies(image, { hole, ...clones })
  for (const place of clones.holePixels) hole[place] = 0
}
