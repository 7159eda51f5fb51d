import type { Size } from '../../image/image.ts'
import type { Bounds } from './flags.ts'

/** One side of what is known, with the margin beyond it. Places are named by how far in and how far along they lie. */
export interface Side {
  /** The outermost known row or column, where the picture itself begins. */
  readonly edge: number
  /** From one place to the next along the side, and to the next farther in. */
  readonly along: number
  readonly inwards: number
  /** How many places the picture has along the side, … */
  readonly lengthPx: number
  /** … and of which the known ones are the first and the last. */
  readonly first: number
  readonly last: number
  /** How far the known part goes inwards, and the margin outwards. */
  readonly knownPx: number
  readonly marginPx: number
}

/** Left, right, top and bottom; without those that have no margin. */
export function sidesOf({ left, top, right, bottom }: Bounds, { width, height }: Size): Side[] {
  const upright = { along: width, lengthPx: height, first: top, last: bottom, knownPx: right - left + 1 }
  const level = { along: 1, lengthPx: width, first: left, last: right, knownPx: bottom - top + 1 }
  const sides = [
    { ...upright, edge: left, inwards: 1, marginPx: left },
    { ...upright, edge: right, inwards: -1, marginPx: width - 1 - right },
    { ...level, edge: top * width, inwards: width, marginPx: top },
    { ...level, edge: bottom * width, inwards: -width, marginPx: height - 1 - bottom },
  ]
  return sides.filter(({ marginPx }) => marginPx > 0)
}
