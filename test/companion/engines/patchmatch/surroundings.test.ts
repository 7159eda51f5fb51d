import { describe, expect, test } from 'vitest'
import { createLevel, type Level } from '../../../../companion/engines/patchmatch/level.ts'
import { strangeness } from '../../../../companion/engines/patchmatch/surroundings.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { markWhere, paint, sceneOf, within } from './pictures.ts'

const size = { width: 70, height: 50 }
const hole = within(24, 16, 20, 16)
const nothing = () => false
type Rgb = readonly [number, number, number]

/** The picture with its hole in one colour. */
function levelWith(image: Image, fill: Rgb, avoid: (x: number, y: number) => boolean = nothing): Level {
  const level = createLevel(sceneOf(image, markWhere(size, hole), markWhere(size, avoid)), 3)
  for (const place of level.holePixels) level.pixels.set(fill, 4 * place)
  return level
}

describe('strangeness', () => {
  const green = paint(size, () => [40, 120, 40])

  test('is nothing where the fill is as what is around it', () => {
    expect(strangeness(levelWith(green, [40, 120, 40]))).toBeCloseTo(0)
  })

  test('counts the colours that are not around, and how far the mean is from theirs', () => {
    expect(strangeness(levelWith(green, [40, 60, 40]))).toBeCloseTo(1 + 0.6)
  })

  test('counts what is missing: a plain fill in stripes of two colours lacks half of them', () => {
    const stripes = paint(size, (x) => (x % 2 ? [40, 120, 40] : [40, 20, 40]))
    expect(strangeness(levelWith(stripes, [40, 120, 40]))).toBeCloseTo(0.5 + 0.5, 1)
  })

  test('looks 8 px far, and not at what is to be avoided', () => {
    const framed = paint(size, (x, y) => (within(16, 8, 36, 32)(x, y) ? [40, 120, 40] : [200, 20, 20]))
    expect(strangeness(levelWith(framed, [40, 120, 40]))).toBeCloseTo(0)
    const half = paint(size, (x) => (x < 34 ? [40, 120, 40] : [200, 20, 20]))
    expect(strangeness(levelWith(half, [40, 120, 40]))).toBeGreaterThan(1)
    expect(strangeness(levelWith(half, [40, 120, 40], within(34, 0, 36, 50)))).toBeCloseTo(0)
  })

  test('is nothing where nothing is known nearby', () => {
    expect(strangeness(levelWith(green, [200, 20, 20], within(10, 2, 48, 46)))).toBeCloseTo(0)
  })
})
