import { describe, expect, test } from 'vitest'
import {
  coverLargeMask,
  coverMask,
  resizeImage,
  resizeLargeImage,
  resizeMask,
} from '../../../companion/image/resize.ts'
import { expectSameImage, pixelAt } from '../../support/assert-image.ts'
import { gradientImage, paintImage, plainImage, rectMask } from '../../support/images.ts'

describe('resizeImage', () => {
  test('keeps an image of the same size', () => {
    expectSameImage(resizeImage(gradientImage(), { width: 61, height: 43 }), gradientImage())
  })

  test.each([
    [20, 15],
    [61, 43],
    [100, 129],
  ])('keeps a plain colour at %i × %i', (width, height) => {
    const colour = [200, 100, 50, 128]

    expectSameImage(
      resizeImage(plainImage(40, 30, colour), { width, height }),
      plainImage(width, height, colour),
    )
  })

  test('does not shift: a ramp stays where it was', () => {
    const ramp = paintImage(32, 8, (x) => [x * 8, 0, 0, 255])

    const twice = resizeImage(ramp, { width: 64, height: 16 })
    const half = resizeImage(ramp, { width: 16, height: 4 })

    expect([20, 21, 22, 23].map((x) => pixelAt(twice, x, 5)[0])).toEqual([78, 82, 86, 90])
    expect([5, 6].map((x) => pixelAt(half, x, 2)[0])).toEqual([84, 100])
  })

  test('lends no colour from transparent pixels', () => {
    const image = paintImage(40, 8, (x) => (x < 20 ? [250, 0, 0, 255] : [0, 250, 0, 0]))

    const half = resizeImage(image, { width: 20, height: 4 })

    for (let x = 0; x < 20; x += 1) {
      const [red, green, , alpha] = pixelAt(half, x, 2)
      if (alpha! > 0) expect([red, green]).toEqual([250, 0])
    }
  })
})

describe('resizeMask', () => {
  test.each([
    [80, 60],
    [20, 15],
  ])('keeps a rectangle in its place at %i × %i', async (width, height) => {
    const scale = width / 40
    const rect = { x: 8, y: 12, width: 16, height: 8 }
    const expected = rectMask(width, height, {
      x: rect.x * scale,
      y: rect.y * scale,
      width: rect.width * scale,
      height: rect.height * scale,
    })

    const resized = await resizeMask(rectMask(40, 30, rect), { width, height }, new AbortController().signal)

    expect(resized.data.map((value) => (value >= 128 ? 255 : 0))).toEqual(expected.data)
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const resizing = resizeMask(rectMask(40, 30), { width: 20, height: 15 }, AbortSignal.abort('enough'))

    await expect(resizing).rejects.toBe('enough')
  })
})

describe('coverMask', () => {
  test.each([
    [20, 15],
    [13, 9],
    [80, 60],
  ])('marks all that a masked pixel reaches at %i × %i', (width, height) => {
    const mask = rectMask(40, 30, { x: 17, y: 9, width: 1, height: 5 })
    const painted = paintImage(40, 30, (x, y) =>
      mask.data[y * 40 + x] === 255 ? [255, 255, 255, 255] : [0, 0, 0, 255],
    )

    const cover = coverMask(mask, { width, height })
    const resized = resizeImage(painted, { width, height })

    expect(cover.data.includes(255)).toBe(true)
    for (let pixel = 0; pixel < cover.data.length; pixel += 1) {
      if (resized.data[pixel * 4]! > 0) expect(cover.data[pixel]).toBe(255)
    }
  })
})

describe('resizeLargeImage', () => {
  const size = { width: 50, height: 90 }

  test('makes what resizeImage makes', async () => {
    const resized = await resizeLargeImage(gradientImage(), size, new AbortController().signal)

    expectSameImage(resized, resizeImage(gradientImage(), size))
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const cancelling = new AbortController()

    const resizing = resizeLargeImage(gradientImage(), size, cancelling.signal)
    cancelling.abort('enough')

    await expect(resizing).rejects.toBe('enough')
  })
})

describe('coverLargeMask', () => {
  const size = { width: 50, height: 90 }
  const mask = rectMask(61, 43, { x: 20, y: 9, width: 7, height: 5 })

  test('makes what coverMask makes', async () => {
    const cover = await coverLargeMask(mask, size, new AbortController().signal)

    expect(cover).toEqual(coverMask(mask, size))
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const cancelling = new AbortController()

    const covering = coverLargeMask(mask, size, cancelling.signal)
    cancelling.abort('enough')

    await expect(covering).rejects.toBe('enough')
  })
})
