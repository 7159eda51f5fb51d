import { describe, expect, test } from 'vitest'
import { complete } from '../../../../companion/engines/patchmatch/complete.ts'
import { copyOf } from '../../../../companion/engines/patchmatch/kernels.ts'
import { avoidFarFromMargins, knownRectangle } from '../../../../companion/engines/patchmatch/margins.ts'
import { colourAt, grain, markWhere, paint, within } from './pictures.ts'

const size = { width: 300, height: 220 }
/** Around 220 x 160 known pixels. */
const isMargin = (x: number, y: number) => !within(40, 30, 220, 160)(x, y)

function flagsWhere(isSet: (x: number, y: number) => boolean): Uint8Array {
  return copyOf(markWhere(size, isSet).data.map((value) => value / 255))
}

describe('avoidFarFromMargins', () => {
  test('adds what is farther from the margins than seven tenths of their depth', () => {
    const hole = flagsWhere((x) => x >= 200)
    const avoided = avoidFarFromMargins(hole, flagsWhere(within(180, 10, 5, 5)), size, 100)
    expect(avoided).toEqual(flagsWhere((x, y) => x < 130 || within(180, 10, 5, 5)(x, y)))
  })

  test('leaves 48 px beside a narrow margin', () => {
    const avoided = avoidFarFromMargins(
      flagsWhere((x) => x >= 290),
      flagsWhere(() => false),
      size,
      10,
    )
    expect(avoided).toEqual(flagsWhere((x) => x < 242))
  })

  test('adds nothing for a hole in a picture', () => {
    const avoid = flagsWhere(() => false)
    expect(avoidFarFromMargins(flagsWhere(within(90, 70, 60, 50)), avoid, size, 25)).toBe(avoid)
  })
})

describe('knownRectangle', () => {
  test('is what margins leave', () => {
    expect(knownRectangle(flagsWhere(isMargin), size.width)).toEqual({
      ...{ left: 40, top: 30, right: 259, bottom: 189 },
    })
  })

  test('is nothing where a hole has known pixels on all sides, or all is hole', () => {
    expect(knownRectangle(flagsWhere(within(90, 70, 60, 50)), size.width)).toBeNull()
    expect(
      knownRectangle(
        flagsWhere(() => true),
        size.width,
      ),
    ).toBeNull()
  })
})

describe('complete', () => {
  test('continues a picture with what is near its edges, not with its middle', () => {
    const texture = grain(size, 7)
    const isMiddle = within(100, 88, 100, 44)
    const image = paint(size, (x, y) => {
      const [red] = colourAt(texture, x, y)
      return [red!, isMiddle(x, y) ? 132 : 128, red!]
    })
    const task = { image, mask: markWhere(size, isMargin), avoid: null, seed: 1, starts: 4 }
    const filled = complete(task, { onLevel: () => {}, throwIfCancelled: () => {} })
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        if (isMargin(x, y)) expect(Math.abs(colourAt(filled, x, y)[1]! - 128)).toBeLessThanOrEqual(1)
      }
    }
  })
})
