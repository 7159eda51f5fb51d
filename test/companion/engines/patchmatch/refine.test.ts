import { describe, expect, test } from 'vitest'
import { chooseCopies } from '../../../../companion/engines/patchmatch/copy.ts'
import { createField, type Field, meanCost } from '../../../../companion/engines/patchmatch/field.ts'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import {
  closeBy,
  costOfCopies,
  everywhere,
  type Rounds,
  restore,
  search,
  settle,
  sharpen,
} from '../../../../companion/engines/patchmatch/refine.ts'
import { markWhere, noise, paint, sceneOf, within } from './pictures.ts'

const size = { width: 90, height: 60 }

/** Waves with grain, a hole in the middle, a corner to be avoided, and matches at random. */
function begin(): { level: Level; field: Field; rounds: Rounds } {
  const random = createRandom(2)
  const image = paint(size, (x, y) => {
    const wave = 90 + 40 * Math.sin(x / 4) + 30 * Math.sin(y / 5) + random(12)
    return [wave, wave / 2, 200 - wave]
  })
  const avoid = markWhere(size, within(0, 0, 25, 20))
  const level = createLevel(sceneOf(image, markWhere(size, within(35, 20, 24, 18)), avoid), 3)
  const field = createField(level)
  for (const target of level.targets) field.match[target] = level.sources[random(level.sources.length)]!
  restore(level, field)
  return { level, field, rounds: { random, throwIfCancelled: () => {} } }
}

test('a round of searching carries a good match on to all sides', () => {
  // Noise whose hole already shows what lies 40 px to the left of it; a single patch in its middle knows.
  const image = noise(size, 4)
  const level = createLevel(sceneOf(image, markWhere(size, within(55, 22, 14, 12))), 3)
  for (const place of level.holePixels) {
    level.pixels.copyWithin(4 * place, 4 * (place - 40), 4 * (place - 40) + 4)
  }
  const known = 28 * size.width + 62
  // What is known around the hole shows something else, so only patches wholly inside have an exact match.
  const inside = level.targets.filter((target) =>
    within(58, 25, 8, 6)(target % size.width, Math.floor(target / size.width)),
  )
  const field = createField(level)
  for (const target of level.targets) field.match[target] = level.sources[0]!
  field.match[known] = known - 40
  search(level, field, { random: createRandom(1), throwIfCancelled: () => {} }, { radiusPx: 0, samples: 0 })
  for (const target of inside) expect(field.match[target]).toBe(target - 40)
})

test('sharpen lets the best patch alone decide', () => {
  const image = noise(size, 5)
  const level = createLevel(sceneOf(image, markWhere(size, within(45, 30, 1, 1))), 3)
  const place = level.holePixels[0]!
  const field = createField(level)
  for (const target of level.targets) {
    field.match[target] = target - 20
    field.cost[target] = 100_000
  }
  field.match[place - 1] = place - 31
  field.cost[place - 1] = 0
  sharpen(level, field, { random: createRandom(1), throwIfCancelled: () => {} }, closeBy)
  for (let channel = 0; channel < 3; channel++) {
    const wanted = image.data[4 * (place - 30) + channel]!
    expect(Math.abs(level.pixels[4 * place + channel]! - wanted)).toBeLessThanOrEqual(12)
  }
})

describe('settle', () => {
  test('brings the energy down, round by round', () => {
    const { level, field, rounds } = begin()
    const energies: number[] = []
    for (let round = 0; round < 6; round++) {
      settle(level, field, rounds, { most: 1, look: everywhere(level) })
      energies.push(meanCost(level, field))
    }
    for (let round = 1; round < energies.length; round++) {
      expect(energies[round]).toBeLessThanOrEqual(energies[round - 1]!)
    }
    expect(energies.at(-1)).toBeLessThan(energies[0]! / 2)
  })

  test('stops when the fill stands still', () => {
    const { level, field, rounds } = begin()
    let passes = 0
    const counted = { ...rounds, throwIfCancelled: () => void passes++ }
    settle(level, field, counted, { most: 1000, look: everywhere(level) })
    const needed = passes
    expect(needed).toBeLessThan(200)
    passes = 0
    settle(level, field, counted, { most: 1000, look: everywhere(level) })
    expect(passes).toBeLessThan(needed)
  })

  test('does as many rounds as it may at most', () => {
    const { level, field, rounds } = begin()
    let passes = 0
    settle(
      level,
      field,
      { ...rounds, throwIfCancelled: () => void passes++ },
      { most: 2, look: everywhere(level) },
    )
    expect(passes).toBe(4)
  })
})

test('copies come from known pixels that are not to be avoided', () => {
  const { level, field, rounds } = begin()
  settle(level, field, rounds, { most: 3, look: everywhere(level) })
  sharpen(level, field, rounds, closeBy)
  for (const from of chooseCopies(level, field)) {
    expect(level.hole[from]).toBe(0)
    expect(level.avoid[from]).toBe(0)
  }
})

test('costOfCopies tells a settled fill from one at random', () => {
  const settled = begin()
  settle(settled.level, settled.field, settled.rounds, { most: 8, look: everywhere(settled.level) })
  const random = begin()
  expect(costOfCopies(settled.level, settled.field, settled.rounds)).toBeLessThan(
    costOfCopies(random.level, random.field, random.rounds) / 2,
  )
})
