import { expect, test } from 'vitest'
import { cropImage, cropMask, pasteImage } from '../../../companion/image/crop.ts'
import { expectSameImage, pixelAt } from '../../support/assert-image.ts'
import { gradientImage, rectMask } from '../../support/images.ts'

test('cropImage takes the pixels inside the rectangle', () => {
  const part = cropImage(gradientImage(), { x: 7, y: 3, width: 11, height: 5 })

  expect([part.width, part.height]).toEqual([11, 5])
  expect(pixelAt(part, 0, 0)).toEqual(pixelAt(gradientImage(), 7, 3))
  expect(pixelAt(part, 10, 4)).toEqual(pixelAt(gradientImage(), 17, 7))
})

test('cropImage of the whole is a copy', () => {
  const image = gradientImage()
  const copy = cropImage(image, { x: 0, y: 0, width: image.width, height: image.height })

  expectSameImage(copy, image)
  expect(copy.data.buffer).not.toBe(image.data.buffer)
})

test('cropMask takes the values inside the rectangle', () => {
  const mask = rectMask(30, 20, { x: 5, y: 6, width: 7, height: 8 })

  expect(cropMask(mask, { x: 4, y: 6, width: 9, height: 2 })).toEqual(
    rectMask(9, 2, { x: 1, y: 0, width: 7, height: 2 }),
  )
})

test('pasteImage undoes cropImage and touches nothing else', () => {
  const image = gradientImage()
  const rect = { x: 7, y: 3, width: 11, height: 5 }
  const part = cropImage(image, rect)
  image.data.fill(0)

  pasteImage(part, rect, image)

  expectSameImage(cropImage(image, rect), part)
  expect(image.data.filter((value) => value !== 0)).toHaveLength(
    part.data.filter((value) => value !== 0).length,
  )
})
