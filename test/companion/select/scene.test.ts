import { describe, expect, test } from 'vitest'
import { halfOf, sceneOf, sceneOfKept } from '../../../companion/select/scene.ts'
import { paintImage } from '../../support/images.ts'

/** Slow changes, fine texture, and more and more transparent to the right. */
const image = paintImage(643, 481, (x, y) => {
  const texture = (x * 7 + y * 13) % 32
  return [(x * 220) / 643 + texture, (y * 220) / 481 + texture, 100 + texture, 255 - (x >> 2)]
})

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)
}

describe('sceneOfKept', () => {
  test('is as the picture’s own scene, to a few levels, where that is much smaller', () => {
    const rect = { x: 17, y: 9, width: 600, height: 440 }
    const size = { width: 75, height: 55 }
    const own = sceneOf(image, rect, size)
    const kept = sceneOfKept(image, rect, size)
    expect(kept).toMatchObject(size)
    expect(largestDifference(kept.colours, own.colours)).toBeLessThanOrEqual(6)
  })

  test('is the picture’s own scene where that is hardly smaller', () => {
    const rect = { x: 17, y: 9, width: 150, height: 110 }
    const size = { width: 75, height: 55 }
    expect(sceneOfKept(image, rect, size)).toEqual(sceneOf(image, rect, size))
  })

  test('makes a copy of half the size once', () => {
    expect(halfOf(image)).toBe(halfOf(image))
    expect(halfOf(image)).toMatchObject({ width: 322, height: 241 })
  })
})
