import { describe, expect, test } from 'vitest'
import { complete } from '../../../../companion/engines/patchmatch/complete.ts'
import { continueStraight } from '../../../../companion/engines/patchmatch/straight.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { colourAt, flagged, grain, inKernels, markWhere, paint, within } from './pictures.ts'

const size = { width: 90, height: 70 }
type Holds = (x: number, y: number) => boolean

/** The picture, continued, and how much is still hole; the margins are loud before. */
function continued(image: Image, known: Holds): { data: Uint8Array; left: number } {
  const loud = paint(size, (x, y) => (known(x, y) ? colourAt(image, x, y) : [255, 0, 255, 0]))
  const picture = inKernels(loud)
  const hole = flagged(markWhere(size, (x, y) => !known(x, y)))
  continueStraight(picture, hole)
  return { data: picture.data, left: hole.reduce((sum, value) => sum + value, 0) }
}

/** A screen: a bar on top, a rule, a ground, and a card that stays clear of the edges. */
const screen = paint(size, (x, y) => {
  if (y < 22) return [30, 40, 60]
  if (y === 40) return [200, 205, 210]
  return within(38, 26, 12, 9)(x, y) ? [220, 60, 40] : [245, 246, 248]
})

describe('continueStraight', () => {
  test.each<[string, Holds]>([
    ['to the left', within(20, 0, 70, 70)],
    ['to the right', within(0, 0, 70, 70)],
    ['upwards and downwards', within(0, 4, 90, 54)],
    ['on all sides, corners too', within(16, 5, 58, 54)],
  ])('continues a screen %s as it is', (_, known) => {
    expect(continued(screen, known)).toEqual({ data: screen.data, left: 0 })
  })

  test('leaves lines open that do not meet the edge straight', () => {
    const ticked = paint(size, (x, y) => (y === 50 && x > 62 && x < 68 ? [0, 0, 0] : colourAt(screen, x, y)))
    const { left } = continued(ticked, within(0, 0, 70, 70))
    expect(left).toBe(20)
  })

  test.each<[string, Image, Holds]>([
    ['photographs', grain(size, 3), within(0, 0, 70, 70)],
    [
      'a side of which a quarter is not straight',
      paint(size, (x, y) => (y % 4 === 0 ? [x * 2, 90, 0] : colourAt(screen, x, y))),
      within(0, 0, 70, 70),
    ],
    [
      'what is known in two parts',
      screen,
      (x, y) => within(0, 0, 30, 70)(x, y) || within(60, 0, 30, 70)(x, y),
    ],
    ['holes in the middle', screen, (x, y) => !within(20, 30, 15, 14)(x, y)],
    ['scraps', screen, within(30, 30, 15, 14)],
  ])('leaves %s alone', (_, image, known) => {
    const open = markWhere(size, (x, y) => !known(x, y)).data.filter((value) => value > 0).length
    expect(continued(image, known).left).toBe(open)
  })
})

test('complete expands a screen exactly', () => {
  const mask = markWhere(size, (x, y) => !within(16, 5, 58, 54)(x, y))
  const task = { image: screen, mask, avoid: null, seed: 1, starts: 4 }
  expect(complete(task, { onLevel() {}, throwIfCancelled() {} }).data).toEqual(screen.data)
})
