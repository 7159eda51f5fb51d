import { describe, expect, test } from 'vitest'
import type { Tile } from '../../../companion/engines/engine.ts'
import { matchColours } from '../../../companion/fill/colour.ts'
import type { Image } from '../../../companion/image/image.ts'
import { discMask, paintImage, rectMask } from '../../support/images.ts'

/** Of middle tones, so that no shift runs into black or white. */
const picture = paintImage(203, 147, (x, y) => [
  90 + ((x * 7 + y * 3) % 60),
  80 + ((x * 2 + y * 5) % 70),
  100 + (((x * y) >> 3) % 50),
  255,
])
const mask = discMask(203, 147, 90, 70, 45)
const tile: Tile = { image: picture, mask, avoid: null }

/** What a perfect engine with a colour cast would give. */
function cast(shiftAt: (x: number, y: number, channel: number) => number): Image {
  return {
    ...picture,
    data: picture.data.map((value, i) => {
      const pixel = i >> 2
      const shift = shiftAt(pixel % 203, Math.floor(pixel / 203), i & 3)
      return i % 4 === 3 ? value : Math.round(value + shift)
    }),
  }
}

/** The largest difference from the picture in the hole, grey levels. */
function largestError(corrected: Image, { data }: Tile['mask'] = mask): number {
  let largest = 0
  for (const [i, value] of corrected.data.entries()) {
    if (data[i >> 2] !== 0) largest = Math.max(largest, Math.abs(value - picture.data[i]!))
  }
  return largest
}

describe('matchColours', () => {
  test.each([
    ['all darker', () => -17],
    ['a warm tint', (_x: number, _y: number, channel: number) => [12, 2, -9][channel]!],
  ])('takes a cast away that is everywhere the same: %s', (_name, shiftAt) => {
    expect(largestError(matchColours(cast(shiftAt), tile))).toBe(0)
  })

  test.each([
    ['from left to right', (x: number) => -20 + x / 5],
    ['from above', (_x: number, y: number) => 15 - y / 4],
    [
      'along a slant, another way in each channel',
      (x: number, y: number, channel: number) => (x - y) / (8 + channel),
    ],
  ])('takes a cast away that changes evenly: %s', (_name, shiftAt) => {
    expect(largestError(matchColours(cast(shiftAt), tile))).toBeLessThanOrEqual(2)
  })

  test('brings a hole at the border of the tile as near as what is known of it', () => {
    const half = rectMask(203, 147, { x: 0, y: 0, width: 90, height: 147 })

    const corrected = matchColours(
      cast(() => 21),
      { ...tile, mask: half },
    )

    expect(largestError(corrected, half)).toBe(0)
  })

  test('leaves what a network renders without a cast but grainier as it is, to a level', () => {
    const grainy = cast((x, y, channel) => (((x * 31 + y * 17 + channel) * 2654435761) >>> 28) - 7.5)

    const corrected = matchColours(grainy, tile)

    const moved = corrected.data.map((value, i) => Math.abs(value - grainy.data[i]!))
    expect(Math.max(...moved)).toBeLessThanOrEqual(2)
  })

  test('leaves a fill whose known pixels are the picture’s as it is, bit for bit', () => {
    const filled = {
      ...picture,
      data: picture.data.map((value, i) => (mask.data[i >> 2] === 0 ? value : (i * 37) % 256)),
    }

    expect(matchColours(filled, tile).data).toEqual(filled.data)
  })

  test('does not compare with what must not be looked at, nor with what is transparent', () => {
    const away = rectMask(203, 147, { x: 150, y: 0, width: 53, height: 147 })
    const shifted = cast((x) => (x < 150 ? 10 : 200))
    const clear = { ...picture, data: picture.data.slice() }
    for (const [pixel, value] of away.data.entries()) if (value === 255) clear.data[pixel * 4 + 3] = 0

    expect(largestError(matchColours(shifted, { ...tile, avoid: away }))).toBe(0)
    expect(largestError(matchColours(shifted, { ...tile, image: clear }))).toBe(0)
  })

  test('leaves the fill as it is where nothing is known', () => {
    const all = rectMask(203, 147, { x: 0, y: 0, width: 203, height: 147 })
    const filled = cast(() => 30)

    expect(matchColours(filled, { ...tile, mask: all }).data).toEqual(filled.data)
  })
})
