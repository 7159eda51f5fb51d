import type { Size } from '../../image/image.ts'
import { distanceToKnown } from './distance.ts'
import { clearBorder, countFlags, eitherOf, growByBox, invert, placesOf } from './flags.ts'
import { borrow } from './kernels.ts'

/** What there is to see: pixels, which of them are to be filled, and which are not to be copied. */
export interface Scene extends Size {
  /** [height, width, 4], compared as they are: three colours, and one byte more of whatever tells patches apart. */
  readonly pixels: Uint8Array
  /** [height, width], 1 = hole. */
  readonly hole: Uint8Array
  /** [height, width], 1 = do not copy from here. */
  readonly avoid: Uint8Array
}

/**
 * One size of the picture, with everything about its hole that stays the same while it is filled. What changes are
 * the hole's own pixels in `pixels`: the fill as it is now.
 *
 * A place is y · width + x.
 */
export interface Level extends Scene {
  /** Patches are squares of 2 · patchRadius + 1 pixels. */
  readonly patchRadius: number
  readonly holePixels: Int32Array
  /** [height, width]: see `distanceToKnown`. */
  readonly depth: Float32Array
  /** Centres of the patches that touch the hole, in reading order. All lie wholly inside the picture. */
  readonly targets: Int32Array
  /** Centres of the patches that lie wholly in what may be copied, in reading order. */
  readonly sources: Int32Array
  /** [height, width], 1 = is one of `sources`. */
  readonly isSource: Uint8Array
}

export function createLevel(scene: Scene, patchRadius: number): Level {
  const { hole } = scene
  const holePixels = placesOf(hole)
  const isSource = findSources(scene, patchRadius)
  const touchesHole = growByBox(hole, scene, patchRadius)
  clearBorder(touchesHole, scene, patchRadius)
  return {
    ...scene,
    patchRadius,
    holePixels,
    depth: distanceToKnown(hole, holePixels, scene),
    targets: placesOf(touchesHole),
    sources: placesOf(isSource),
    isSource,
  }
}

/** 1 at the centres of the patches that lie wholly in what may be copied. */
export function findSources(scene: Scene, radius: number): Uint8Array {
  const isSource = growByBox(eitherOf(scene.hole, scene.avoid), scene, radius)
  invert(isSource)
  clearBorder(isSource, scene, radius)
  return isSource
}

/** With fewer places to copy from there is nothing to choose. */
export const fewestSources = 32

/**
 * The largest radius, up to `wanted`, whose patches fit into what may be copied in enough different places to choose
 * from; 0 where even a patch of 3 x 3 does not.
 */
export function fittingPatchRadius(scene: Scene, wanted: number): number {
  for (let radius = wanted; radius > 0; radius--) {
    if (borrow(() => countFlags(findSources(scene, radius))) >= fewestSources) return radius
  }
  return 0
}
