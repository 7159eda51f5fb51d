import { describe, expect, test } from 'vitest'
import { createLevel } from '../../../../companion/engines/patchmatch/level.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import { fillByPriority, peelOnion, spreadColours } from '../../../../companion/engines/patchmatch/starts.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { markWhere, noise, paint, sceneOf, within } from './pictures.ts'

const size = { width: 48, height: 36 }

describe.each([
  ['peelOnion', peelOnion],
  ['fillByPriority', fillByPriority],
] as const)('%s', (_, start) => {
  test.each([
    ['in the middle', within(18, 12, 11, 9)],
    ['over a corner', within(0, 0, 11, 9)],
    ['in two parts', (x: number, y: number) => within(5, 5, 6, 6)(x, y) || within(38, 20, 10, 8)(x, y)],
    ['across the picture', within(15, 0, 8, 36)],
  ])('fills a hole %s, each pixel with a copy of a known one', (_, hole) => {
    const image = noise(size, 3)
    const level = createLevel(sceneOf(image, markWhere(size, hole)), 2)
    const copiedFrom = start(level, createRandom(1))
    expect(copiedFrom).toHaveLength(level.holePixels.length)
    level.holePixels.forEach((place, k) => {
      const from = copiedFrom[k]!
      expect(level.hole[from]).toBe(0)
      expect(level.pixels.subarray(4 * place, 4 * place + 4)).toEqual(
        image.data.subarray(4 * from, 4 * from + 4),
      )
    })
  })

  test('differs from seed to seed, also in a small picture', () => {
    const fillWith = (seed: number) => {
      const level = createLevel(sceneOf(noise(size, 3), markWhere(size, within(18, 12, 11, 9))), 2)
      start(level, createRandom(seed))
      return level.pixels
    }
    expect(fillWith(2)).not.toEqual(fillWith(1))
  })

  test('goes on with stripes exactly', () => {
    const image = paint(size, (x) => (Math.floor(x / 4) % 2 ? [200, 40, 40] : [30, 30, 90]))
    const level = createLevel(sceneOf(image, markWhere(size, within(18, 12, 11, 9))), 3)
    start(level, createRandom(1))
    expect(level.pixels).toEqual(image.data)
  })
})

test('fillByPriority carries an edge through before it fills what is plain', () => {
  // A thin dark line enters a low hole from the right only; all else around it is plain.
  const image = paint(size, (x, y) => (y === 18 && x >= 40 ? [0, 0, 0] : [220, 220, 220]))
  const level = createLevel(sceneOf(image, markWhere(size, within(8, 14, 32, 9))), 3)
  fillByPriority(level, createRandom(1))
  const row = Array.from({ length: 32 }, (_, k) => level.pixels[4 * (18 * size.width + 8 + k)]!)
  expect(row.filter((value) => value === 0).length).toBeGreaterThan(28)
})

describe('spreadColours', () => {
  const begun = (image: Image, hole: (x: number, y: number) => boolean) => {
    const level = createLevel(sceneOf(image, markWhere(size, hole)), 3)
    return { level, matches: spreadColours(level, createRandom(1)) }
  }

  test('goes on with a slope, within 2 grey levels', () => {
    const slope = paint(size, (x, y) => [4 * x, 6 * y, 2 * x + 3 * y])
    const { level } = begun(slope, within(18, 12, 9, 10))
    level.pixels.forEach((value, i) => {
      expect(Math.abs(value - slope.data[i]!)).toBeLessThanOrEqual(2)
    })
  })

  test('stays between the colours around where the hole reaches the border of the picture', () => {
    const { level } = begun(
      paint(size, (x, y) => [100 + x, 200 - y, 50]),
      within(0, 0, 5, 4),
    )
    for (const place of level.holePixels) {
      const [red, green, blue] = level.pixels.subarray(4 * place)
      expect(red).toBeGreaterThanOrEqual(100)
      expect(red).toBeLessThanOrEqual(106)
      expect(green).toBeGreaterThanOrEqual(195)
      expect(green).toBeLessThanOrEqual(200)
      expect(blue).toBe(50)
    }
  })

  test('begins the search at places to copy from, all over the picture', () => {
    const { level, matches } = begun(noise(size, 3), within(18, 12, 11, 9))
    expect(matches).toHaveLength(level.holePixels.length)
    for (const place of matches) expect(level.isSource[place]).toBe(1)
    expect(new Set(matches.map((place) => Math.floor(place / (size.width * 9)))).size).toBe(4)
  })
})
