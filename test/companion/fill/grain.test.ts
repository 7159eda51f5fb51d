import { describe, expect, test } from 'vitest'
import { addGrain, measureGrain } from '../../../companion/fill/grain.ts'
import { createMask, wholeOf } from '../../../companion/image/image.ts'
import { expectSamePixelsWhere } from '../../support/assert-image.ts'
import { paintImage, paintMask, plainImage, rectMask } from '../../support/images.ts'

const size = { width: 230, height: 170 }
const whole = wholeOf(size)
const noHole = createMask(size.width, size.height)
const everywhere = paintMask(size.width, size.height, () => true)
const plain = () => plainImage(size.width, size.height, [120, 100, 90, 255])

function grainy(deviations: readonly [number, number, number]) {
  const image = plain()
  addGrain(image, everywhere, whole, { deviations })
  return image
}

describe('grain', () => {
  test.each([[[3, 2, 4]], [[1, 1, 1]], [[4.5, 0, 2]]] as const)(
    'of a deviation of %j is found again',
    (deviations) => {
      const found = measureGrain(grainy([...deviations]), noHole, whole).deviations

      for (const [channel, deviation] of deviations.entries()) {
        expect(Math.abs(found[channel]! - deviation)).toBeLessThan(0.15 * deviation + 0.01)
      }
    },
  )

  test.each([
    ['is plain', plain()],
    ['is an even gradient', paintImage(230, 170, (x, y) => [x, y, 100, 255])],
    [
      'has flat areas with contours',
      paintImage(230, 170, (x) => (x % 20 < 10 ? [0, 0, 0, 255] : [255, 255, 255, 255])),
    ],
  ])('is none where the picture %s', (_name, image) => {
    expect(measureGrain(image, noHole, whole).deviations).toEqual([0, 0, 0])
  })

  test('does not look at the hole', () => {
    const hole = paintMask(230, 170, (x) => x > 20)
    const image = paintImage(230, 170, (x, y) => (x > 20 ? [(x * y) % 256, 0, 0, 255] : [9, 9, 9, 255]))

    expect(measureGrain(image, hole, whole).deviations).toEqual([0, 0, 0])
  })

  test('comes only to what is marked, and is the same at the same place', () => {
    const image = plain()
    const marked = rectMask(230, 170, { x: 50, y: 60, width: 31, height: 20 })
    addGrain(image, marked, { x: 40, y: 50, width: 100, height: 100 }, { deviations: [4, 4, 4] })

    const isMarked = (x: number, y: number) => marked.data[y * 230 + x] !== 0
    expectSamePixelsWhere(image, grainy([4, 4, 4]), isMarked)
    expectSamePixelsWhere(image, plain(), (x, y) => !isMarked(x, y))
  })

  test('keeps the mean and the alpha', () => {
    const image = grainy([4, 4, 4])

    const reds = image.data.filter((_, i) => i % 4 === 0)
    expect(reds.reduce((sum, value) => sum + value, 0) / reds.length).toBeCloseTo(120, 0)
    expect(new Set(image.data.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]))
  })
})
