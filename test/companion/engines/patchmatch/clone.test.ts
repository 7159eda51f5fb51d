import { describe, expect, test } from 'vitest'
import { findClones } from '../../../../companion/engines/patchmatch/clone.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { flagged, inKernels, markWhere, noise, paint, within } from './pictures.ts'

const size = { width: 120, height: 80 }
const width = size.width
const nowhere = flagged(markWhere(size, () => false))

type Area = (x: number, y: number) => boolean

/** For each hole pixel that got a clone, how far away its source lies. */
function shifts(image: Image, hole: Area, avoid: Area = () => false): Map<number, number> {
  const flags = (area: Area) => flagged(markWhere(size, area))
  const { holePixels, copiedFrom } = findClones(inKernels(image), flags(hole), flags(avoid))
  return new Map([...holePixels].map((place, k) => [place, copiedFrom[k]! - place]))
}

/** A page with the same card twice, 50 px apart, a hairline through both, and an icon on the plain ground. */
const page = paint(size, (x, y) => {
  if (y === 30) return [200, 205, 220]
  if (within(98, 56, 9, 9)(x, y)) return [220, 40, 40]
  if (within(12, 20, 24, 20)(x % 50, y) && x < 100) return [90 + (x % 50), 90, 4 * y]
  return [250, 250, 252]
})

describe('findClones', () => {
  test('finds the one place that goes on exactly as the surroundings', () => {
    const found = shifts(page, within(70, 26, 12, 8))
    expect(found.size).toBe(12 * 8)
    for (const shift of found.values()) expect(shift).toBe(-50)
  })

  test('puts plain ground on plain ground, not the icon that lies on it', () => {
    const found = shifts(page, within(20, 55, 12, 12))
    expect(found.size).toBe(12 * 12)
    for (const [place, shift] of found) {
      expect([...page.data.subarray(4 * (place + shift), 4 * (place + shift) + 3)]).toEqual([250, 250, 252])
    }
  })

  test('finds none in noise', () => {
    expect(shifts(noise(size, 3), within(70, 26, 12, 8)).size).toBe(0)
  })

  test('finds none where the only one is to be avoided', () => {
    expect(shifts(page, within(70, 26, 12, 8), within(24, 30, 1, 1)).size).toBe(0)
  })

  test('finds none where the only one touches the hole', () => {
    const both: Area = (x, y) => within(70, 26, 12, 8)(x, y) || within(24, 30, 1, 1)(x, y)
    expect([...shifts(page, both).keys()].filter((place) => place % width >= 70)).toEqual([])
  })

  test('takes parts whose rings touch together, and others on their own', () => {
    const near: Area = (x, y) => within(70, 26, 3, 8)(x, y) || within(78, 26, 3, 8)(x, y)
    const far: Area = (x, y) => within(20, 55, 8, 8)(x, y)
    const found = shifts(page, (x, y) => near(x, y) || far(x, y))
    expect(found.size).toBe(3 * 8 + 3 * 8 + 8 * 8)
  })

  test('takes the nearest of places that are equally plain', () => {
    const plain = paint(size, () => [240, 235, 220])
    // 7 px high, with 3 px around it.
    for (const shift of shifts(plain, within(46, 36, 8, 7)).values()) expect(Math.abs(shift)).toBe(10 * width)
  })

  test('takes the largest parts, where there are more than 32', () => {
    const marks = (x: number, y: number) => x >= 60 && x % 10 < 2 && y % 10 < 2
    const found = shifts(page, (x, y) => marks(x, y) || within(20, 55, 12, 12)(x, y))
    expect([...found.keys()].filter((place) => place % width < 60)).toHaveLength(12 * 12)
  })

  test('finds none where everything differs a little', () => {
    const uneven = {
      ...page,
      data: page.data.map((value, i) => (i % 4 < 3 ? value - 4 * ((i >> 2) % 2) : value)),
    }
    const shifted = {
      ...uneven,
      data: uneven.data.map((value, i) => ((i >> 2) % width < 60 ? page.data[i]! : value)),
    }
    expect(shifts(shifted, within(70, 26, 12, 8)).size).toBe(0)
  })

  test('lets small differences pass, as lossy pictures have, but not larger ones', () => {
    const grain = noise(size, 4).data
    const shaken = (levels: number) => ({
      ...page,
      data: page.data.map((value, i) => (i % 4 < 3 && grain[i]! < 40 ? value - levels : value)),
    })
    expect(shifts(shaken(2), within(70, 26, 12, 8)).size).toBe(12 * 8)
    expect(shifts(shaken(12), within(70, 26, 12, 8)).size).toBe(0)
  })

  test('has nothing to do without a hole', () => {
    const { holePixels } = findClones(inKernels(page), nowhere, nowhere)
    expect(holePixels).toHaveLength(0)
  })
})
