import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { exifOrientation } from '../../plugin/exif-orientation.ts'

const picture = sharp({ create: { width: 5, height: 3, channels: 3, background: 'teal' } })

describe('exifOrientation', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('reads %d as the camera wrote it', async (orientation) => {
    const jpeg = await picture.clone().jpeg().withMetadata({ orientation }).toBuffer()
    expect(exifOrientation(new Uint8Array(jpeg))).toBe(orientation)
  })

  test.each([1, 3, 6, 8])('reads %d of a PNG as of a JPEG', async (orientation) => {
    const png = await picture.clone().png().withMetadata({ orientation }).toBuffer()
    expect(exifOrientation(new Uint8Array(png))).toBe(orientation)
  })

  test('is upright for a JPEG or PNG without EXIF', async () => {
    expect(exifOrientation(new Uint8Array(await picture.clone().jpeg().toBuffer()))).toBe(1)
    expect(exifOrientation(new Uint8Array(await picture.clone().png().toBuffer()))).toBe(1)
  })

  test('is upright for a file that ends in the middle of its EXIF data', async () => {
    const png = new Uint8Array(await picture.clone().png().withMetadata({ orientation: 6 }).toBuffer())
    for (let length = 0; length < 60; length++) expect(exifOrientation(png.slice(0, length))).toBe(1)
    const jpeg = new Uint8Array(await picture.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer())
    for (let length = 0; length < 60; length++) expect(exifOrientation(jpeg.slice(0, length))).toBe(1)
  })

  test('never throws', () => {
    const segment = fc.uint8Array({ maxLength: 60 })
    fc.assert(
      fc.property(segment, fc.boolean(), (bytes, isExif) => {
        const png = [
          0x89,
          0x50,
          0x4e,
          0x47,
          13,
          10,
          26,
          10,
          ...(isExif ? [0, 0, 0, 30, 0x65, 0x58, 0x49, 0x66] : []),
        ]
        expect(exifOrientation(new Uint8Array([...png, ...bytes]))).toBeGreaterThan(0)
        const exif = [0xff, 0xe1, 0, 40, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 42, 0]
        expect(
          exifOrientation(new Uint8Array([0xff, 0xd8, ...(isExif ? exif : []), ...bytes])),
        ).toBeGreaterThan(0)
      }),
    )
  })
})
