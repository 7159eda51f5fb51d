import { describe, expect, test } from 'vitest'
import { distanceToKnown } from '../../../../companion/engines/patchmatch/distance.ts'
import { placesOf } from '../../../../companion/engines/patchmatch/flags.ts'
import { copyOf } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import type { Size } from '../../../../companion/image/image.ts'

function depths(hole: Uint8Array, size: Size): Float32Array {
  const copy = copyOf(hole)
  return distanceToKnown(copy, placesOf(copy), size)
}

function measured(hole: Uint8Array, width: number): number[] {
  return [...hole].map((value, i) => {
    if (!value) return 0
    let least = Number.POSITIVE_INFINITY
    hole.forEach((other, j) => {
      const dx = (i % width) - (j % width)
      const dy = Math.floor(i / width) - Math.floor(j / width)
      if (!other) least = Math.min(least, Math.hypot(dx, dy))
    })
    return Math.fround(least)
  })
}

describe('distanceToKnown', () => {
  test.each([1, 3, 10, 50])('equals the nearest of all known pixels where 1 in %i is known', (rarity) => {
    const width = 23
    const height = 17
    const random = createRandom(rarity)
    const hole = Uint8Array.from({ length: width * height }, () => (random(rarity) === 0 ? 0 : 1))
    hole[200] = 0
    const distance = depths(hole, { width, height })
    measured(hole, width).forEach((expected, i) => {
      expect(distance[i]).toBeCloseTo(expected, 4)
    })
  })

  test('does not take the border of the picture for known', () => {
    const hole = Uint8Array.of(1, 1, 1, 1, 0)
    expect([...depths(hole, { width: 5, height: 1 })]).toEqual([4, 3, 2, 1, 0])
    expect([...depths(hole, { width: 1, height: 5 })]).toEqual([4, 3, 2, 1, 0])
  })
})
