import type { Size } from '../../image/image.ts'
import { distanceToKnown } from './distance.ts'

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
  const { width, height, hole, avoid } = scene
  const centre = patchCentres(scene, patchRadius)
  const touchesHole = growByBox(hole, scene, patchRadius)
  const touchesBlocked = growByBox(
    hole.map((value, i) => value | avoid[i]!),
    scene,
    patchRadius,
  )
  const isSource = new Uint8Array(width * height)
  for (let i = 0; i < isSource.length; i++) isSource[i] = centre[i]! & (touchesBlocked[i]! ^ 1)
  return {
    ...scene,
    patchRadius,
    holePixels: placesWhere(hole.length, (i) => hole[i] === 1),
    depth: distanceToKnown(hole, scene),
    targets: placesWhere(hole.length, (i) => (centre[i]! & touchesHole[i]!) === 1),
    sources: placesWhere(hole.length, (i) => isSource[i] === 1),
    isSource,
  }
}

/**
 * The largest radius, up to `wanted`, whose patches fit into what may be copied in enough different places to choose
 * from; 0 where even a patch of 3 x 3 does not.
 */
export function fittingPatchRadius(scene: Scene, wanted: number): number {
  const enough = 32
  const { hole, avoid } = scene
  const blocked = hole.map((value, i) => value | avoid[i]!)
  for (let radius = wanted; radius > 0; radius--) {
    const centre = patchCentres(scene, radius)
    const touchesBlocked = growByBox(blocked, scene, radius)
    let sources = 0
    for (let i = 0; i < centre.length && sources < enough; i++)
      sources += centre[i]! & (touchesBlocked[i]! ^ 1)
    if (sources >= enough) return radius
  }
  return 0
}

/** 1 where a patch lies wholly inside the picture. */
function patchCentres({ width, height }: Size, radius: number): Uint8Array {
  const centre = new Uint8Array(width * height)
  for (let y = radius; y < height - radius; y++) {
    if (width > 2 * radius) centre.fill(1, y * width + radius, (y + 1) * width - radius)
  }
  return centre
}

/** 1 wherever `flags` has a 1 within the square of that radius. */
export function growByBox(flags: Uint8Array, { width, height }: Size, radius: number): Uint8Array {
  const across = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) growAlong(flags, across, y * width, 1, width, radius)
  const grown = new Uint8Array(width * height)
  for (let x = 0; x < width; x++) growAlong(across, grown, x, width, height, radius)
  return grown
}

function growAlong(
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  step: number,
  count: number,
  radius: number,
): void {
  let inWindow = 0
  for (let k = 0; k < Math.min(radius, count); k++) inWindow += from[start + k * step]!
  for (let k = 0; k < count; k++) {
    if (k + radius < count) inWindow += from[start + (k + radius) * step]!
    if (k > radius) inWindow -= from[start + (k - radius - 1) * step]!
    if (inWindow > 0) to[start + k * step] = 1
  }
}

function placesWhere(count: number, holds: (place: number) => boolean): Int32Array {
  let found = 0
  for (let i = 0; i < count; i++) if (holds(i)) found++
  const places = new Int32Array(found)
  for (let i = 0, k = 0; i < count; i++) if (holds(i)) places[k++] = i
  return places
}
