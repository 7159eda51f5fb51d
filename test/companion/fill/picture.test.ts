import { describe, expect, test } from 'vitest'
import { layFills, openPicture, takeCanvas } from '../../../companion/fill/picture.ts'
import { expectSameImage, expectSamePixelsWhere, pixelAt } from '../../support/assert-image.ts'
import { pngOf } from '../../support/encoded.ts'
import { gradientImage, plainImage } from '../../support/images.ts'

const file = await pngOf(gradientImage())
const rect = { x: 20, y: 10, width: 12, height: 8 }
const red = { rect, png: await pngOf(plainImage(12, 8, [255, 0, 0, 255])) }
const halfBlue = { rect: { ...rect, x: 26 }, png: await pngOf(plainImage(12, 8, [0, 0, 255, 128])) }

describe('openPicture', () => {
  test('has no fills at first', async () => {
    const picture = await openPicture(file, 'exif')

    expectSameImage(picture.image, gradientImage())
    expect(picture.fills).toBeNull()
  })
})

describe('layFills', () => {
  test('shows the fills in the picture, and keeps them alone as well', async () => {
    const picture = await layFills(await openPicture(file, 'exif'), [red, halfBlue])

    expect(pixelAt(picture.image, 21, 11)).toEqual([255, 0, 0, 255])
    expect(pixelAt(picture.image, 27, 11)).toEqual([127, 0, 128, 255])
    expectSamePixelsWhere(picture.image, gradientImage(), (x, y) => x < 20 || x >= 38 || y < 10 || y >= 18)
    expect(pixelAt(picture.fills!, 21, 11)).toEqual([255, 0, 0, 255])
    expect(pixelAt(picture.fills!, 35, 11)).toEqual([0, 0, 255, 128])
    expect(pixelAt(picture.fills!, 0, 0)).toEqual([0, 0, 0, 0])
  })

  test('adds to what lies on the picture, and leaves the picture given as it was', async () => {
    const bare = await openPicture(file, 'exif')
    const first = await layFills(bare, [red])
    const second = await layFills(first, [halfBlue])

    expectSameImage(bare.image, gradientImage())
    expect(pixelAt(first.image, 27, 11)).toEqual([255, 0, 0, 255])
    expectSameImage(second.image, (await layFills(bare, [red, halfBlue])).image)
  })

  test.each([
    ['of another size than its rectangle', { ...red, rect: { ...rect, width: 11 } }, 'option-invalid'],
    ['that sticks out', { ...red, rect: { ...rect, x: 50 } }, 'option-invalid'],
    ['that is no picture', { rect, png: Buffer.from('?') }, 'image-unreadable'],
  ])('refuses a fill %s', async (_name, patch, code) => {
    await expect(layFills(await openPicture(file, 'exif'), [patch])).rejects.toMatchObject({ code })
  })
})

describe('takeCanvas', () => {
  const canvas = { x: 18, y: -2, width: 400, height: 14 }

  test('takes picture and fills together, transparent beyond them', async () => {
    const picture = await layFills(await openPicture(file, 'exif'), [red])
    const { image, fills, iccProfile } = takeCanvas(picture, canvas)

    expect([image.width, image.height]).toEqual([400, 14])
    expect(pixelAt(image, 1, 2)).toEqual(pixelAt(picture.image, 19, 0))
    expect(pixelAt(image, 2, 12)).toEqual([255, 0, 0, 255])
    expect(pixelAt(fills!, 2, 12)).toEqual([255, 0, 0, 255])
    expect(pixelAt(image, 0, 1)).toEqual([0, 0, 0, 0])
    expect(pixelAt(image, 399, 5)).toEqual([0, 0, 0, 0])
    expect(iccProfile).toBe(picture.iccProfile)
  })

  test('refuses more pixels than can be worked on', async () => {
    const picture = await openPicture(file, 'exif')
    expect(() => takeCanvas(picture, { ...canvas, width: 20_000, height: 20_000 })).toThrow(
      expect.objectContaining({ code: 'image-too-large' }),
    )
  })
})
