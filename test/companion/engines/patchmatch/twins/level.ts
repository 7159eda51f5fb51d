import type { Level, Scene } from '../../../../../companion/engines/patchmatch/level.ts'
import type { Size } from '../../../../../companion/image/image.ts'
import { distanceToKnown } from './distance.ts'

/** The twin of `createLevel`. */
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
