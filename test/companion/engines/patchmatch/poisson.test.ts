import { describe, expect, test } from 'vitest'
import { applyCopies } from '../../../../companion/engines/patchmatch/copy.ts'
import { ints } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createLevel } from '../../../../companion/engines/patchmatch/level.ts'
import { blendCopies } from '../../../../companion/engines/patchmatch/poisson.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { colourAt, inKernels, markWhere, noise, paint, sceneOf, within } from './pictures.ts'

const size = { width: 60, height: 40 }
const hole = within(30, 12, 16, 14)

/** The picture with its hole copied from `from(place)` and blended. */
function blended(
  image: Image,
  holds: (x: number, y: number) => boolean,
  from: (place: number) => number,
): Image {
  const level = createLevel(sceneOf(image, markWhere(image, holds)), 0)
  const copiedFrom = ints(level.holePixels.length)
  copiedFrom.set(level.holePixels.map(from))
  const result = inKernels(image)
  applyCopies(result.data, level.holePixels, copiedFrom)
  blendCopies(result, { hole: level.hole, holePixels: level.holePixels, copiedFrom })
  return result
}

describe('blendCopies', () => {
  test('rebuilds a gradient exactly from a copy of another part of it', () => {
    const image = paint(size, (x, y) => [2 * x, 3 * y, x + 2 * y])
    expect(blended(image, hole, (place) => place - 25 + 3 * size.width).data).toEqual(image.data)
  })

  test('rebuilds it where the copies come from two places, without a seam', () => {
    const image = paint(size, (x, y) => [2 * x, 3 * y, x + 2 * y])
    const twoPlaces = (place: number) => (place % size.width < 38 ? place - 20 : place - 24 - 4 * size.width)
    const result = blended(image, hole, twoPlaces)
    for (let i = 0; i < image.data.length; i++) {
      expect(Math.abs(result.data[i]! - image.data[i]!)).toBeLessThanOrEqual(1)
    }
  })

  test('rebuilds it where the hole runs to the border of the picture', () => {
    const image = paint(size, (x, y) => [2 * x, 3 * y, x + 2 * y])
    expect(blended(image, within(50, 26, 10, 14), (place) => place - 40 - 14 * size.width).data).toEqual(
      image.data,
    )
  })

  test('rebuilds it in margins of every width, whatever is odd', () => {
    const wide = { width: 141, height: 131 }
    const image = paint(wide, (x, y) => [x, y, 255 - x])
    for (let marginPx = 5; marginPx < 35; marginPx++) {
      const margin = within(wide.width - marginPx, 0, marginPx, wide.height)
      const result = blended(image, margin, (place) => place - 60)
      const errors = image.data.map((value, i) => Math.abs(value - result.data[i]!))
      expect(Math.max(...errors)).toBeLessThanOrEqual(1)
    }
  })

  test('changes nothing where the copies fit', () => {
    const noisy = noise({ width: 20, height: 40 }, 4)
    const image = paint(size, (x, y) => colourAt(noisy, x % 20, y))
    expect(blended(image, hole, (place) => place - 20).data).toEqual(image.data)
  })

  test('lets no colour out of transparent pixels, and keeps alpha as copied', () => {
    // The right half is transparent, with a loud colour under it; the hole lies over the edge.
    const image = paint(size, (x) => (x < 38 ? [100, 110, 120, 255] : [255, 0, 255, 0]))
    const result = blended(
      image,
      hole,
      (place) => place - 14 * size.width + (place < 26 * size.width ? 2 * size.width : 0),
    )
    for (let y = 12; y < 26; y++) {
      for (let x = 30; x < 46; x++) {
        if (x < 38) expect(colourAt(result, x, y)).toEqual([100, 110, 120, 255])
        else expect(colourAt(result, x, y)[3]).toBe(0)
      }
    }
  })
})
