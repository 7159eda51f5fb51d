import { type BorderLine, linesThatMeet } from './border-lines.ts'
import { type Field, meanCost } from './field.ts'
import { borrow, bytes, ints } from './kernels.ts'
import type { Level } from './level.ts'
import { knownRectangle } from './margins.ts'
import { restore } from './refine.ts'
import { refreshCosts } from './search.ts'
import { type Side, sidesOf } from './sides.ts'

/** So much goes on with a line, to each side of it. */
const halfWidthPx = 2.5
/** It is copied from its last so many px, again and again. */
const repeatPx = 24
/** A line may cost so many times the square of its step. Measured: nearly all cables, boards and posts below, other edges from 8 on. */
const mostCost = 5

/**
 * Margins around a picture: the straight edges that meet its border go on along themselves, where that fits. Coarser levels
 * do not show a thin line at all, so no first fill continues it, and each round of searching brings it only some px farther.
 *
 * @param level its hole gets the field's fill, with the lines; so does the field. Nothing is done unless all that is known is a
 * rectangle.
 */
export function continueLines(level: Level, field: Field): void {
  const known = knownRectangle(level.hole, level.width)
  if (known === null) return
  restore(level, field)
  borrow(() => {
    const isTarget = bytes(level.hole.length)
    for (const target of level.targets) isTarget[target] = 1
    for (const side of sidesOf(known, level)) {
      for (const line of linesThatMeet(side, level.pixels)) {
        const shown = copiesAlong(side, line, halfWidthPx, level.patchRadius)
        const seen = copiesAlong(side, line, halfWidthPx + level.patchRadius, level.patchRadius)
        const targets = seen.filter(({ place }) => isTarget[place])
        if (targets.length > 0) tryLine(level, field, line, { shown, targets })
      }
    }
  })
}

/** Where the margin is to show what. */
interface Copy {
  readonly place: number
  /** Known, and farther in on the line. */
  readonly source: number
}

/** In reading order, what lies that near to a line beyond its side. */
function copiesAlong(
  side: Side,
  { at, slope }: BorderLine,
  widthPx: number,
  patchRadius: number,
): readonly Copy[] {
  const { edge, along, inwards, marginPx, lengthPx, first, last } = side
  const lean = Math.hypot(1, slope)
  const repeatInwards = Math.round(repeatPx / lean)
  const copies: Copy[] = []
  for (let px = 1; px <= marginPx; px++) {
    // So far that a patch there lies wholly in what is known.
    const back = repeatInwards * Math.ceil((px + patchRadius) / repeatInwards)
    const shift = Math.round(slope * back)
    const middle = at + slope * px
    const from = Math.max(0, first + shift, Math.ceil(middle - widthPx * lean))
    const to = Math.min(lengthPx - 1, last + shift, Math.floor(middle + widthPx * lean))
    for (let where = from; where <= to; where++) {
      const place = edge - px * inwards + where * along
      copies.push({ place, source: place + back * inwards - shift * along })
    }
  }
  return copies.sort((a, b) => a.place - b.place)
}

/** @param shown the line itself; targets: all patches that see it */
function tryLine(
  level: Level,
  field: Field,
  { step }: BorderLine,
  { shown, targets }: { shown: readonly Copy[]; targets: readonly Copy[] },
): void {
  const { pixels, isSource } = level
  const before = {
    colours: shown.map(({ place }) => pixels.slice(4 * place, 4 * place + 4)),
    matches: targets.map(({ place }) => field.match[place]!),
  }
  for (const { place, source } of shown) pixels.copyWithin(4 * place, 4 * source, 4 * source + 4)
  for (const { place, source } of targets) if (isSource[source]) field.match[place] = source

  borrow(() => {
    const near: Level = { ...level, targets: placesIn(targets) }
    refreshCosts(near, field)
    if (meanCost(near, field) <= mostCost * step ** 2) return
    for (const [k, { place }] of shown.entries()) pixels.set(before.colours[k]!, 4 * place)
    for (const [k, { place }] of targets.entries()) field.match[place] = before.matches[k]!
    refreshCosts(near, field)
  })
}

/** In the kernels' memory. */
function placesIn(copies: readonly Copy[]): Int32Array {
  const places = ints(copies.length)
  for (const [k, { place }] of copies.entries()) places[k] = place
  return places
}
