import { expect, test } from 'vitest'
import { bleedColours } from '../../../companion/fill/bleed.ts'
import { createImage } from '../../../companion/image/image.ts'
import { expectSameImage, pixelAt } from '../../support/assert-image.ts'
import { gradientImage, paintImage } from '../../support/images.ts'

const { signal } = new AbortController()

test('a pixel gives its colour to those around it, by steps, under alpha 0', async () => {
  const patch = createImage(11, 7)
  patch.data.set([10, 20, 30, 40], (3 * 11 + 5) * 4)

  await bleedColours(patch, 2, signal)

  expectSameImage(
    patch,
    paintImage(11, 7, (x, y) => {
      const steps = Math.abs(x - 5) + Math.abs(y - 3)
      return steps === 0 ? [10, 20, 30, 40] : steps <= 2 ? [10, 20, 30, 0] : [0, 0, 0, 0]
    }),
  )
})

test('between two colours lies their mean', async () => {
  const patch = createImage(3, 1)
  patch.data.set([100, 0, 50, 255], 0)
  patch.data.set([200, 40, 50, 1], 8)

  await bleedColours(patch, 4, signal)

  expect(pixelAt(patch, 1, 0)).toEqual([150, 20, 50, 0])
})

test('does not go round the border of a row', async () => {
  const patch = createImage(9, 3)
  patch.data.set([1, 2, 3, 255], 8 * 4)

  await bleedColours(patch, 1, signal)

  expect(pixelAt(patch, 0, 1)).toEqual([0, 0, 0, 0])
  expect(pixelAt(patch, 8, 1)).toEqual([1, 2, 3, 0])
})

test('leaves what is visible as it is', async () => {
  const patch = gradientImage()

  await bleedColours(patch, 4, signal)

  expectSameImage(patch, gradientImage())
})

test('ends midway when it is cancelled, with the reason', async () => {
  const patch = createImage(3000, 1100)
  patch.data.set([1, 2, 3, 255], 0)
  const cancelling = new AbortController()

  const bleeding = bleedColours(patch, 4, cancelling.signal)
  cancelling.abort('enough')

  await expect(bleeding).rejects.toBe('enough')
  expect(pixelAt(patch, 1, 0)).toEqual([0, 0, 0, 0])
})
