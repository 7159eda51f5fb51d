import { describe, expect, test } from 'vitest'
import {
  type Course,
  chooseBeginnings,
  type JudgedFill,
  levelsOf,
  makeFills,
} from '../../../../companion/engines/patchmatch/first-fills.ts'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import type { Start } from '../../../../companion/engines/patchmatch/starts.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { clutter, colourAt, markWhere, noise, paint, sceneOf, within } from './pictures.ts'

test.each([
  [1, 1, 0],
  [8, 6, 2],
  [16, 12, 4],
])('of %i first fills, %i are the same for every seed, and %i its own', (count, shared, own) => {
  const beginnings = chooseBeginnings(count)
  expect([beginnings.shared.length, beginnings.own.length]).toEqual([shared, own])
})

test('levelsOf counts each level from where a first fill begins to where it is judged', () => {
  const at = (top: number) => ({ top, start: copyFrom(-20) })
  expect(levelsOf([at(4), at(2), at(3)], 2)).toBe(3 + 1 + 2)
})

const size = { width: 150, height: 90 }
const rounds = { random: createRandom(1), throwIfCancelled: () => {} }

/** Copies all from so many places away. */
function copyFrom(shift: number): Start {
  return ({ pixels, holePixels }) => {
    for (const place of holePixels) {
      pixels.copyWithin(4 * place, 4 * (place + shift), 4 * (place + shift) + 4)
    }
    return holePixels.map((place) => place + shift)
  }
}

/** The fills that the starts become, without a round that would make them alike. */
function judged(
  image: Image,
  hole: (x: number, y: number) => boolean,
  starts: readonly Start[],
): JudgedFill[] {
  const level: Level = createLevel(sceneOf(image, markWhere(size, hole)), 3)
  const course: Course = { levels: [level], judged: 0, waryLevels: [level], mostRounds: () => 0 }
  const first = starts.map((start) => ({ start, top: 0 }))
  return makeFills(course, first, { rounds, isCompared: true, onLevel: () => {} })
}

describe('makeFills', () => {
  test('puts first what fits its surroundings, in whatever order they were tried', () => {
    // The left of the picture goes on 60 px to the right, where the hole is; 23 px to the left nothing fits.
    const blots = clutter({ width: 60, height: 90 })
    const image = paint(size, (x, y) => [
      ...blots.data.subarray(4 * (60 * y + (x % 60)), 4 * (60 * y + (x % 60)) + 3),
    ])
    const starts = [copyFrom(-60), copyFrom(-23)]
    for (const tried of [starts, starts.toReversed()]) {
      const [best, other] = judged(image, within(80, 30, 30, 28), tried)
      const centre = 44 * size.width + 95
      expect(best!.field.match[centre]).toBe(centre - 60)
      expect(best!.cost).toBeLessThan(other!.cost / 2)
    }
  })

  test('prefers what looks like the surroundings to what is plain and costs less', () => {
    // Grain everywhere, and a plain dark place 60 px to the left of the hole.
    const grain = noise(size, 8)
    const image = paint(size, (x, y) => Array(3).fill(x < 52 && y < 60 ? 98 : colourAt(grain, x, y)[0]))
    const hole = within(80, 14, 24, 28)
    const below = 44 * size.width
    for (const tried of [
      [copyFrom(-60), copyFrom(below)],
      [copyFrom(below), copyFrom(-60)],
    ]) {
      const [best] = judged(image, hole, tried)
      const centre = 28 * size.width + 92
      expect(best!.field.match[centre]).toBe(centre + below)
    }
  })
})
