import { type Mask, maskThreshold, type Size } from '../../image/image.ts'
import { borrow, bytes, ints, kernels } from './kernels.ts'

/** 1 where the mask marks a pixel, 0 elsewhere. */
export function flagsOf({ data }: Mask): Uint8Array {
  const flags = bytes(data.length)
  flags.set(data)
  kernels.flagAtLeast(flags, flags.length, maskThreshold, flags)
  return flags
}

/** 1 where one of the two has a 1. */
export function eitherOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  const either = bytes(a.length)
  kernels.eitherOf(a, b, a.length, either)
  return either
}

/** 1 wherever `flags` has a 1 within the square of that radius. */
export function growByBox(flags: Uint8Array, { width, height }: Size, radius: number): Uint8Array {
  const grown = bytes(flags.length)
  borrow(() => kernels.growByBox(flags, width, height, radius, bytes(flags.length), grown))
  return grown
}

/** In place: 0 becomes 1 and 1 becomes 0. */
export function invert(flags: Uint8Array): void {
  kernels.invert(flags, flags.length)
}

/** In place: 0 at the places where a patch of that radius would not lie wholly inside the picture. */
export function clearBorder(flags: Uint8Array, { width, height }: Size, radius: number): void {
  kernels.clearBorder(flags, width, height, radius)
}

export function countFlags(flags: Uint8Array): number {
  return kernels.countFlags(flags, flags.length)
}

/** The places that have a 1, in order. */
export function placesOf(flags: Uint8Array): Int32Array {
  const places = ints(countFlags(flags))
  kernels.listFlags(flags, flags.length, places)
  return places
}

/** All four sides are inclusive. */
export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** @param places at least one */
export function boundsOf(places: ArrayLike<number>, width: number): Bounds {
  let [left, right] = [width, 0]
  let [first, last] = [places[0]!, places[0]!]
  for (let k = 0; k < places.length; k++) {
    const place = places[k]!
    const x = place % width
    if (x < left) left = x
    if (x > right) right = x
    if (place < first) first = place
    if (place > last) last = place
  }
  return { left, top: Math.floor(first / width), right, bottom: Math.floor(last / width) }
}
