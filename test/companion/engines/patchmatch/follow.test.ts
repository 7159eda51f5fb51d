import { describe, expect, test } from 'vitest'
import type { CompletionRun } from '../../../../companion/engines/patchmatch/complete.ts'
import { type FollowTask, follow } from '../../../../companion/engines/patchmatch/follow.ts'
import { resizeImage } from '../../../../companion/image/resize.ts'
import { colourAt, markWhere, noise, paint, within } from './pictures.ts'

const unwatched: CompletionRun = { onLevel: () => {}, throwIfCancelled: () => {} }
const size = { width: 181, height: 120 }
const fine = noise(size, 5)
/** Dark on the left, light on the right, with the same fine grain on both. */
const image = paint(size, (x, y) =>
  colourAt(fine, x, y)
    .slice(0, 3)
    .map((value) => (x < 90 ? 40 : 160) + value / 4),
)
/** On the left. */
const mask = markWhere(size, within(31, 40, 29, 33))
/** In the hole it is as light as on the right. */
const guide = resizeImage(
  paint(size, (x, y) => (mask.data[y * size.width + x] ? [192, 192, 192] : colourAt(image, x, y))),
  { width: 60, height: 40 },
)

function found(more: Partial<FollowTask> = {}): Int32Array {
  return follow({ image, mask, avoid: null, guide, ...more }, unwatched)
}

/** Of the places that were found, the share that lies where it holds. */
function shareWhere(places: Int32Array, holds: (x: number, y: number) => boolean): number {
  const all = places.filter((place) => place >= 0)
  const there = all.filter((place) => holds(place % size.width, Math.floor(place / size.width)))
  return there.length / all.length
}

describe('follow', () => {
  test('finds a known place for each masked pixel, and none for others', () => {
    for (const [pixel, place] of found().entries()) {
      if (mask.data[pixel] === 0) expect(place).toBe(-1)
      else expect(mask.data[place], `at ${pixel}`).toBe(0)
    }
  })

  test('finds what looks like the guide, not what lies around the hole', () => {
    expect(shareWhere(found(), (x) => x >= 90)).toBeGreaterThan(0.9)
    const dark = resizeImage(image, guide)
    expect(shareWhere(found({ guide: dark }), (x) => x < 90)).toBeGreaterThan(0.9)
  })

  test('does not look at what lies in the hole', () => {
    const loud = paint(size, (x, y) =>
      mask.data[y * size.width + x] ? [255, 0, 255] : colourAt(image, x, y),
    )
    expect(found({ image: loud })).toEqual(found())
  })

  test('finds nothing where it must not copy from', () => {
    const isAvoided = (x: number, y: number) => x >= 90 && y >= 60
    expect(shareWhere(found({ avoid: markWhere(size, isAvoided) }), isAvoided)).toBe(0)
  })

  test('tells its levels, and can be cancelled before each pass', () => {
    const told: number[][] = []
    follow({ image, mask, avoid: null, guide }, { ...unwatched, onLevel: (...level) => told.push(level) })
    expect(told).toEqual([0, 1, 2, 3].map((done) => [done, 3]))

    const throwIfCancelled = () => {
      throw new Error('enough')
    }
    expect(() => follow({ image, mask, avoid: null, guide }, { ...unwatched, throwIfCancelled })).toThrow(
      'enough',
    )
  })

  test.each([0.8, 0.3, 0.15])('follows a guide of %f of the size', (scale) => {
    const small = { width: Math.round(size.width * scale), height: Math.round(size.height * scale) }
    expect(shareWhere(found({ guide: resizeImage(guide, small) }), (x) => x >= 90)).toBeGreaterThan(0.7)
  })
})
