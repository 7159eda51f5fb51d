import { type Field, fieldFromCopies } from './field.ts'
import type { Level } from './level.ts'
import { costOfCopies, descend, everywhere, nearby, type Rounds, settle } from './refine.ts'
import { fillByPriority, peelOnion, type Start, spreadColours } from './starts.ts'
import { strangeness } from './surroundings.ts'

/** How a first fill begins: at the level where the hole is about so deep. */
export interface Beginning {
  readonly start: Start
  readonly depthPx: number
  /** Copies nothing that looks like what is removed, where that can be told. */
  readonly isWary?: true
}

/** Structure is decided at the coarsest levels, where it costs little to try several ways. */
const sharedBeginnings: readonly Beginning[] = [
  { start: peelOnion, depthPx: 4 },
  { start: fillByPriority, depthPx: 7, isWary: true },
  { start: spreadColours, depthPx: 4, isWary: true },
  { start: fillByPriority, depthPx: 12 },
  { start: fillByPriority, depthPx: 4 },
  { start: peelOnion, depthPx: 7, isWary: true },
]
const ownBeginnings: readonly Beginning[] = [
  { start: peelOnion, depthPx: 2.5 },
  { start: spreadColours, depthPx: 2.5, isWary: true },
]

/**
 * How first fills begin: three of four are the same for every seed, so that variations share their cost; the others are
 * each seed's own, so that variations differ.
 */
export function chooseBeginnings(count: number): { shared: Beginning[]; own: Beginning[] } {
  const own = Math.floor(count / 4)
  return { shared: take(sharedBeginnings, count - own), own: take(ownBeginnings, own) }
}

/** The first `count`, from the start again where there are fewer. */
function take(beginnings: readonly Beginning[], count: number): Beginning[] {
  return Array.from({ length: count }, (_, k) => beginnings[k % beginnings.length]!)
}

/** A beginning in a pyramid. */
export interface FirstFill extends Pick<Beginning, 'start' | 'isWary'> {
  /** The level where it begins, `judged` or coarser. */
  readonly top: number
}

/** Levels of a picture, and where first fills are compared. */
export interface Course {
  readonly levels: readonly Level[]
  readonly judged: number
  /** The same for wary first fills, which do not copy everything. */
  readonly waryLevels: readonly Level[]
  /** How many rounds a level gets at most. */
  mostRounds(level: number): number
}

/** A level as a first fill sees it. */
export function levelFor({ levels, waryLevels }: Course, l: number, isWary: boolean): Level {
  return (isWary ? waryLevels : levels)[l]!
}

export interface JudgedFill {
  /** Of the level `judged`. */
  readonly field: Field
  /** Less is better; 0 where there was nothing to compare with. */
  readonly cost: number
  readonly isWary: boolean
}

/**
 * Makes first fills and brings each down to the level where they are judged.
 *
 * @param onLevel after each level worked on: `levelsOf` times
 * @returns the best first
 */
export function makeFills(
  course: Course,
  firstFills: readonly FirstFill[],
  { rounds, isCompared, onLevel }: { rounds: Rounds; isCompared: boolean; onLevel(): void },
): JudgedFill[] {
  const { judged, mostRounds } = course
  const fills = firstFills.map(({ start, top, isWary = false }) => {
    rounds.throwIfCancelled()
    let level = levelFor(course, top, isWary)
    let field = fieldFromCopies(level, start(level, rounds.random), rounds.random)
    settle(level, field, rounds, { most: mostRounds(top), look: everywhere(level) })
    onLevel()
    for (let l = top - 1; l >= judged; l--) {
      const finer = levelFor(course, l, isWary)
      field = descend(level, field, finer, rounds)
      level = finer
      settle(level, field, rounds, { most: mostRounds(l), look: nearby })
      onLevel()
    }
    return { field, cost: isCompared ? judge(level, field, rounds) : 0, isWary }
  })
  return fills.sort((a, b) => a.cost - b.cost)
}

export function levelsOf(firstFills: readonly FirstFill[], judged: number): number {
  return firstFills.reduce((sum, { top }) => sum + top - judged + 1, 0)
}

/** What a fill costs as it stands, which gets copied for that: less is better. */
function judge(level: Level, field: Field, rounds: Rounds): number {
  return costOfCopies(level, field, rounds) * Math.exp(strangeness(level))
}
