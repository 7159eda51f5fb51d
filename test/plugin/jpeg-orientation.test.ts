import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { jpegOrientation } from '../../plugin/jpeg-orientation.ts'

const picture = sharp({ create: { width: 5, height: 3, channels: 3, background: 'teal' } })

describe('jpegOrientation', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('reads %d as the camera wrote it', async (orientation) => {
    const jpeg = await picture.clone().jpeg().withMetadata({ orientation }).toBuffer()
    expect(jpegOrientation(new Uint8Array(jpeg))).toBe(orientation)
  })

  test('is upright for a JPEG without EXIF, and for a PNG', async () => {
    expect(jpegOrientation(new Uint8Array(await picture.clone().jpeg().toBuffer()))).toBe(1)
    expect(jpegOrientation(new Uint8Array(await picture.clone().png().toBuffer()))).toBe(1)
  })

  test('is upright for a JPEG that ends in the middle of its EXIF data', async () => {
    const jpeg = new Uint8Array(await picture.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer())
    for (let length = 0; length < 60; length++) expect(jpegOrientation(jpeg.slice(0, length))).toBe(1)
  })

  test('never throws', () => {
    const segment = fc.uint8Array({ maxLength: 60 })
    fc.assert(
      fc.property(segment, fc.boolean(), (bytes, isExif) => {
        const exif = [0xff, 0xe1, 0, 40, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 42, 0]
        expect(
          jpegOrientation(new Uint8Array([0xff, 0xd8, ...(isExif ? exif : []), ...bytes])),
        ).toBeGreaterThan(0)
      }),
    )
  })
})
