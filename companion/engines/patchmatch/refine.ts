import type { Size } from '../../image/image.ts'
import { applyCopies, chooseCopies } from './copy.ts'
import { type Field, meanCost, upsampleField } from './field.ts'
import type { Level } from './level.ts'
import type { Random } from './random.ts'
import { type Reach, refreshCosts, searchPass } from './search.ts'
import { vote } from './vote.ts'

/** What goes through all rounds of one completion. */
export interface Rounds {
  readonly random: Random
  /** Called before each pass. */
  throwIfCancelled(): void
}

/** Seeds are below. */
const anySeed = 2 ** 32
/** `alpha` of the votes: while the fill takes shape, and for the last one. */
const evenly = 1
const sharply = 0.15
/** Once a round changes the fill by less, in grey levels, another one would do nothing. */
const stillChange = 0.4

/** How far a round looks for better matches. */
export type Look = Omit<Reach, 'backwards'>
/** Where a coarser level has already found about the right place. */
export const nearby: Look = { radiusPx: 24, samples: 2 }
/** At full size, where only the last pixel is still open: anything farther away would have been found before. */
export const closeBy: Look = { radiusPx: 4, samples: 0 }
export const everywhere = ({ width, height }: Size): Look => ({
  radiusPx: Math.max(width, height),
  samples: 2,
})

/** Rounds of searching and voting until the fill stands still, at most `most`. */
export function settle(
  level: Level,
  field: Field,
  rounds: Rounds,
  { most, look }: { readonly most: number; readonly look: Look },
): void {
  for (let round = 0; round < most; round++) {
    search(level, field, rounds, look)
    if (vote(level, field, evenly) < stillChange) return
  }
}

/** The next finer level's field, and its first fill. */
export function descend(coarse: Level, coarseField: Field, fine: Level, rounds: Rounds): Field {
  const field = carryDown(coarse, coarseField, fine, rounds)
  restore(fine, field)
  return field
}

/** The next finer level's field alone. */
export function carryDown(coarse: Level, coarseField: Field, fine: Level, { random }: Rounds): Field {
  return upsampleField(coarse, coarseField, fine, random(anySeed))
}

/** Fills the level anew from a field alone. */
export function restore(level: Level, field: Field): void {
  vote(level, field, evenly)
}

/** One more round in which the best patches alone decide: the field to copy by. */
export function sharpen(level: Level, field: Field, rounds: Rounds, look: Look): void {
  vote(level, field, sharply)
  search(level, field, rounds, look)
}

/** Mean patch cost of the fill when it is copied, not averaged: a blur is like everything, copies show what fits. */
export function costOfCopies(level: Level, field: Field, rounds: Rounds): number {
  applyCopies(level.pixels, level.holePixels, chooseCopies(level, field))
  search(level, field, rounds, nearby)
  return meanCost(level, field)
}

/** Better matches, and their costs, for the fill as it is. */
export function search(level: Level, field: Field, { random, throwIfCancelled }: Rounds, look: Look): void {
  throwIfCancelled()
  refreshCosts(level, field)
  searchPass(level, field, { ...look, backwards: false }, random(anySeed))
  throwIfCancelled()
  searchPass(level, field, { ...look, backwards: true }, random(anySeed))
}
