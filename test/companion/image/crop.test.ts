import { expect, test } from 'vitest'
import { cropImage, cropMask, cutCanvas, pasteImage } from '../../../companion/image/crop.ts'
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

test('cutCanvas is transparent beyond the image', () => {
  const image = gradientImage()
  const canvas = { x: -3, y: 5, width: 10, height: image.height }
  const cut = cutCanvas(image, canvas)

  expect([cut.width, cut.height]).toEqual([10, image.height])
  expect(pixelAt(cut, 3, 0)).toEqual(pixelAt(image, 0, 5))
  expect(pixelAt(cut, 9, image.height - 6)).toEqual(pixelAt(image, 6, image.height - 1))
  expect(pixelAt(cut, 2, 0)).toEqual([0, 0, 0, 0])
  expect(pixelAt(cut, 9, image.height - 5)).toEqual([0, 0, 0, 0])
})

test('cutCanvas is empty where it does not meet the image', () => {
  const cut = cutCanvas(gradientImage(), { x: -9, y: 0, width: 9, height: 4 })

  expect(cut.data.some((value) => value !== 0)).toBe(false)
})
