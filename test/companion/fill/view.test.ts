import { describe, expect, test } from 'vitest'
import { type Sides, viewOf } from '../../../companion/fill/view.ts'
import { areaOf, isInside, union } from '../../../companion/image/rect.ts'
import type { Rect } from '../../../companion/protocol.ts'

const picture = { width: 1800, height: 1201 }
const part: Rect = { x: 700, y: 500, width: 301, height: 200 }
const sides: Sides = { contextPixels: 640 * 640, sideMultiple: 128 }

/** Every so many px. */
const parts: readonly Rect[] = Array.from({ length: 300 }, (_, i) => {
  const width = 1 + ((i * 97) % 900)
  const height = 1 + ((i * 61) % 700)
  return {
    ...{ width, height },
    x: (i * 331) % (picture.width - width),
    y: (i * 173) % (picture.height - height),
  }
})

describe('viewOf', () => {
  test.each([
    ['on all sides alike', part, { x: 659, y: 472, width: 384, height: 256 }],
    ['less where the picture ends', { ...part, x: 0, y: 1001 }, { x: 0, y: 945, width: 384, height: 256 }],
    [
      'not where the sides are multiples',
      { ...part, width: 384, height: 256 },
      { ...part, width: 384, height: 256 },
    ],
  ])('takes in more of the picture, %s', (_name, seen, rect) => {
    expect(viewOf(seen, 1, sides, picture)).toEqual({ rect, work: { width: 384, height: 256 } })
  })

  test('sees more of it where it is scaled down', () => {
    expect(viewOf(part, 0.5, sides, picture)).toEqual({
      rect: { x: 595, y: 472, width: 512, height: 256 },
      work: { width: 256, height: 128 },
    })
  })

  test('scales down what has more pixels than the engine takes, and no further than it must', () => {
    const { rect, work } = viewOf({ x: 300, y: 100, width: 1000, height: 700 }, 1, sides, picture)
    expect(work).toEqual({ width: 768, height: 512 })
    expect(rect).toEqual({ x: 275, y: 100, width: 1050, height: 700 })
  })

  test('enlarges as far as the engine takes it where it is to be', () => {
    const { rect, work } = viewOf(part, Number.POSITIVE_INFINITY, { ...sides, sideMultiple: 64 }, picture)
    expect(work).toEqual({ width: 768, height: 512 })
    expect(rect).toEqual({ x: 700, y: 500, width: 301, height: 200 })
  })

  test.each([1, 0.62, 0.25, Number.POSITIVE_INFINITY])(
    'shows every part within the picture at one scale, to a pixel (at most %f)',
    (scale) => {
      for (const each of parts) {
        const { rect, work } = viewOf(each, scale, sides, picture)
        expect(isInside(rect, picture)).toBe(true)
        expect(union(rect, each)).toEqual(rect)
        expect(areaOf(work)).toBeLessThanOrEqual(sides.contextPixels)
        expect([work.width % 128, work.height % 128]).toEqual([0, 0])
        // Rects have whole pixels.
        const fromHeight = (work.height / rect.height) * rect.width
        const within = Math.max(1, work.height / rect.height) + work.width / rect.height
        expect(Math.abs(work.width - fromHeight), JSON.stringify({ each, rect, work })).toBeLessThanOrEqual(
          within,
        )
      }
    },
  )

  test.each([
    ['stretches a picture that has no more', sides, { width: 128, height: 640 }],
    [
      'leaves it as it is for an engine that pads',
      { ...sides, padsSides: true as const },
      { width: 101, height: 640 },
    ],
  ])('%s', (_name, asked, work) => {
    const narrow = { width: 101, height: 3000 }
    const seen = { x: 20, y: 900, width: 40, height: 600 }
    expect(viewOf(seen, 1, asked, narrow)).toEqual({ rect: { x: 0, y: 880, width: 101, height: 640 }, work })
  })

  test('does not make a picture smaller for the sake of a multiple', () => {
    const small = { width: 90, height: 70 }
    const { work } = viewOf({ x: 0, y: 0, width: 90, height: 70 }, 1, { ...sides, sideMultiple: 64 }, small)
    expect(work).toEqual({ width: 128, height: 128 })
  })

  test('scales a picture that is too small for its multiple down by the nearest one', () => {
    const small = { width: 1000, height: 90 }
    const { rect, work } = viewOf({ x: 0, y: 0, width: 1000, height: 90 }, 0.5, sides, small)
    expect(rect).toEqual({ x: 0, y: 0, width: 1000, height: 90 })
    expect(work).toEqual({ width: 512, height: 128 })
  })
})
