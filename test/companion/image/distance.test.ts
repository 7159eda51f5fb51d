import { describe, expect, test } from 'vitest'
import { beyondReach, squaredDistances } from '../../../companion/image/distance.ts'
import { wholeOf } from '../../../companion/image/image.ts'
import { nearestSquared } from '../../support/distances.ts'
import { discMask, paintMask, rectMask } from '../../support/images.ts'

/** Scattered pixels, some blocks, some at the border. */
const scattered = paintMask(47, 31, (x, y) => (x * 31 + y * 17) % 89 === 0 || (x > 40 && y < 4))

describe('squaredDistances', () => {
  test.each([
    ['a single pixel', paintMask(19, 11, (x, y) => x === 3 && y === 8)],
    ['scattered pixels', scattered],
    ['a disc', discMask(47, 31, 20, 14, 6)],
    ['everything', paintMask(9, 5, () => true)],
    ['nothing', paintMask(9, 5, () => false)],
  ])('finds exactly what looking at every pair finds: %s', (_name, mask) => {
    for (const reachPx of [0, 1, 4, 60]) {
      const distances = squaredDistances(mask, wholeOf(mask), reachPx)

      const expected = Array.from(distances, (_, pixel) => {
        const squared = nearestSquared(mask, pixel % mask.width, Math.floor(pixel / mask.width))
        return squared <= reachPx ** 2 ? squared : beyondReach
      })
      expect([...distances]).toEqual(expected)
    }
  })

  test('looks at a part of the mask only', () => {
    const mask = rectMask(40, 30, { x: 10, y: 12, width: 5, height: 3 })
    const area = { x: 8, y: 10, width: 9, height: 8 }

    const distances = squaredDistances(mask, area, 3)

    expect(distances[0]).toBe(8)
    expect(distances[2 * 9 + 2]).toBe(0)
    expect(distances[7 * 9 + 8]).toBe(beyondReach)
  })
})
