import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import {
  convertPng,
  decodeImage,
  decodeMask,
  encodeMask,
  encodePatch,
} from '../../../companion/image/codec.ts'
import { createImage, type Image, type Mask } from '../../../companion/image/image.ts'
import { limits } from '../../../companion/protocol.ts'
import { expectSameImage, pixelAt } from '../../support/assert-image.ts'
import { iccChunkData, oneBitPng, pngHeader, pngOf, sharpOf, withChunk } from '../../support/encoded.ts'
import { gradientImage, paintImage, paintMask, plainImage, rectMask } from '../../support/images.ts'

const opaque = gradientImage()
const translucent = paintImage(23, 17, (x, y) => [x * 10, y * 15, 90, (x * y) % 256])
/** Half of the colours of `opaque` would change if it were converted to sRGB. */
const p3Profile = await profileOf('p3')

async function profileOf(name: string): Promise<Buffer> {
  const tagged = await sharpOf(opaque).withIccProfile(name).png().toBuffer()
  return (await sharp(tagged).metadata()).icc!
}

function exifTurned(image: Image, orientation: number): Promise<Buffer> {
  return sharpOf(image).withMetadata({ orientation }).png().toBuffer()
}

describe('decodeImage', () => {
  test('reads a PNG to the last bit, alpha and the colours under alpha 0 included', async () => {
    const { image, iccProfile, notes } = await decodeImage(await pngOf(translucent), { orientation: 'exif' })

    expectSameImage(image, translucent)
    expect(iccProfile).toBeNull()
    expect(notes).toEqual([])
  })

  test.each([
    ['lossless WebP', () => sharpOf(translucent).webp({ lossless: true, exact: true }).toBuffer()],
    [
      'PNG with a palette',
      () =>
        sharpOf(plainImage(5, 3, [9, 8, 7, 255]))
          .png({ palette: true })
          .toBuffer(),
    ],
    [
      'GIF',
      () =>
        sharpOf(plainImage(5, 3, [255, 0, 0, 255]))
          .gif()
          .toBuffer(),
    ],
  ])('reads %s as sharp does', async (_name, encode) => {
    const file = await encode()
    const expected = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })

    const { image } = await decodeImage(file, { orientation: 'exif' })

    expectSameImage(image, { ...expected.info, data: expected.data })
  })

  test('reads JPEG within what JPEG loses', async () => {
    const file = await sharpOf(plainImage(40, 24, [200, 100, 50, 255]))
      .jpeg({ quality: 95 })
      .toBuffer()

    const { image } = await decodeImage(file, { orientation: 'exif' })

    const [red, green, blue, alpha] = pixelAt(image, 20, 10)
    expect(Math.abs(red! - 200)).toBeLessThanOrEqual(2)
    expect(Math.abs(green! - 100)).toBeLessThanOrEqual(2)
    expect(Math.abs(blue! - 50)).toBeLessThanOrEqual(2)
    expect(alpha).toBe(255)
  })

  test('takes the first frame of an animation and says so', async () => {
    const frames = paintImage(8, 10, (_x, y) => (y < 5 ? [255, 0, 0, 255] : [0, 0, 255, 255]))
    const file = await sharp(frames.data, { raw: { width: 8, height: 10, channels: 4, pageHeight: 5 } })
      .gif()
      .toBuffer()

    const { image, notes } = await decodeImage(file, { orientation: 'exif' })

    expectSameImage(image, plainImage(8, 5, [255, 0, 0, 255]))
    expect(notes).toEqual(['Of the animation only the first frame was used.'])
  })

  test('makes RGBA of grey levels', async () => {
    const file = await pngOf({ width: 3, height: 2, data: Uint8Array.of(0, 1, 100, 200, 254, 255) })

    const { image, notes } = await decodeImage(file, { orientation: 'exif' })

    expect([...image.data]).toEqual([0, 1, 100, 200, 254, 255].flatMap((grey) => [grey, grey, grey, 255]))
    expect(notes).toEqual([])
  })

  test('reduces 16 bits to the upper 8 and says so', async () => {
    const samples = Uint16Array.of(0, 257, 128 * 257, 65535, 255, 256, 65280, 30000)
    const file = await sharp(samples, { raw: { width: 1, height: 2, channels: 4 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    expect((await sharp(file).metadata()).depth).toBe('ushort')

    const { image, notes } = await decodeImage(file, { orientation: 'exif' })

    expect([...image.data]).toEqual([...samples].map((sample) => sample >> 8))
    expect(notes).toEqual(['The picture was reduced to 8 bits a channel.'])
  })

  test('reduces 16-bit grey levels as well', async () => {
    const samples = Uint16Array.of(0, 257, 65535, 128 * 257, 300, 40000)
    const file = await sharp(samples, { raw: { width: 3, height: 2, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer()

    const { image } = await decodeImage(file, { orientation: 'exif' })

    expect([...image.data].filter((_, i) => i % 4 === 1)).toEqual([0, 1, 255, 128, 1, 156])
  })

  test('converts CMYK to sRGB and says so', async () => {
    const file = await sharpOf(plainImage(16, 8, [200, 40, 40, 255]))
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer()
    expect((await sharp(file).metadata()).space).toBe('cmyk')

    const { image, iccProfile, notes } = await decodeImage(file, { orientation: 'exif' })

    const [red, green, blue] = pixelAt(image, 8, 4)
    expect(Math.abs(red! - 200)).toBeLessThan(12)
    expect(Math.abs(green! - 40)).toBeLessThan(30)
    expect(Math.abs(blue! - 40)).toBeLessThan(30)
    expect(iccProfile).toBeNull()
    expect(notes).toEqual(['The picture was converted from CMYK to sRGB.'])
  })

  test('leaves samples as they are whatever the profile says, and keeps the profile', async () => {
    const file = withChunk(await pngOf(opaque), 'iCCP', iccChunkData(p3Profile))
    const converted = await sharp(file).ensureAlpha().raw().toBuffer()
    expect(converted.equals(opaque.data)).toBe(false)

    const { image, iccProfile } = await decodeImage(file, { orientation: 'exif' })

    expectSameImage(image, opaque)
    expect(iccProfile).toEqual(p3Profile)
  })

  test.each([
    ['whose chunk is cut off', iccChunkData(p3Profile).subarray(0, 60)],
    ['that is not deflated', Buffer.from('icc\0\0 nonsense', 'latin1')],
    ['without a name', Buffer.from('a')],
    ['of no length', Buffer.alloc(0)],
    ['that is shorter than it says', iccChunkData(p3Profile.subarray(0, 300))],
  ])('drops a profile %s, and reads the picture', async (_name, chunk) => {
    const file = withChunk(await pngOf(opaque), 'iCCP', chunk)

    const { image, iccProfile } = await decodeImage(file, { orientation: 'exif' })

    expectSameImage(image, opaque)
    expect(iccProfile).toBeNull()
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'turns EXIF orientation %i upright, unless told not to',
    async (orientation) => {
      const file = await exifTurned(translucent, orientation)
      const { data, info } = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true })

      const upright = await decodeImage(file, { orientation: 'exif' })
      const stored = await decodeImage(file, { orientation: 'none' })

      expectSameImage(upright.image, { ...info, data })
      expectSameImage(stored.image, translucent)
      expect(upright.image.width).toBe(orientation < 5 ? 23 : 17)
    },
  )

  test('gives bytes whose slice is a copy', async () => {
    const { image } = await decodeImage(await pngOf(opaque), { orientation: 'exif' })

    expect(image.data.slice().buffer).not.toBe(image.data.buffer)
  })

  test.each([
    ['nothing', () => Buffer.alloc(0)],
    ['text', () => Buffer.from('Not a picture at all.')],
    ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>')],
    ['TIFF', () => sharpOf(opaque).tiff().toBuffer()],
    ['AVIF', () => sharpOf(opaque).avif().toBuffer()],
    ['the first bytes of a PNG', async () => (await pngOf(opaque)).subarray(0, 20)],
    ['a PNG without pixels', () => pngHeader(20, 10)],
    ['half a PNG', async () => firstHalf(await pngOf(noise))],
    ['half a JPEG', async () => firstHalf(await sharpOf(noise).jpeg().toBuffer())],
    ['half a WebP', async () => firstHalf(await sharpOf(noise).webp().toBuffer())],
    ['half a GIF', async () => firstHalf(await sharpOf(noise).gif().toBuffer())],
    ['a PNG whose pixels are damaged', async () => damaged(await pngOf(noise))],
  ])('refuses %s', async (_name, file) => {
    await expect(decodeImage(await file(), { orientation: 'exif' })).rejects.toMatchObject({
      name: 'CompanionError',
      code: 'image-unreadable',
    })
  })

  test.each([
    ['PNG', pngHeader(20_000, 20_000)],
    ['GIF', gifHeader(20_000, 20_000)],
  ])('refuses a %s that claims 400 megapixels by its header alone', async (_name, file) => {
    const bytesBefore = process.memoryUsage().rss

    await expect(decodeImage(file, { orientation: 'exif' })).rejects.toMatchObject({
      code: 'image-too-large',
      message: expect.stringContaining('20000 × 20000'),
    })

    expect(process.memoryUsage().rss - bytesBefore).toBeLessThan(100e6)
  })

  test('takes as many pixels as the limit says, and not one row more', async () => {
    const width = 8192
    const height = limits.imagePixels / width

    await expect(decodeImage(pngHeader(width, height + 1), { orientation: 'exif' })).rejects.toMatchObject({
      code: 'image-too-large',
    })
    await expect(decodeImage(pngHeader(width, height), { orientation: 'exif' })).rejects.toMatchObject({
      code: 'image-unreadable',
    })
  })
})

const { signal } = new AbortController()

describe('decodeMask', () => {
  const size = { width: 40, height: 24 }
  const mask = rectMask(size.width, size.height, { x: 8, y: 4, width: 16, height: 12 })

  function pixelsOf(isMarked: readonly number[]): Mask {
    return { width: isMarked.length, height: 1, data: Uint8Array.from(isMarked) }
  }

  test.each([
    ['8-bit grey', () => pngOf(mask)],
    ['1-bit grey', () => oneBitPng(mask)],
    ['two colours', () => sharpOf(mask).toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer()],
    ['16-bit grey', () => sharpOf(mask).toColourspace('grey16').png().toBuffer()],
    ['RGB', () => sharpOf(mask).toColourspace('srgb').png().toBuffer()],
    ['palette', () => sharpOf(mask).toColourspace('srgb').png({ palette: true }).toBuffer()],
    ['white with alpha', () => pngOf(paintImage(40, 24, (x, y) => [255, 255, 255, mask.data[y * 40 + x]!]))],
    ['grey with alpha', () => sharpOf(mask).toColourspace('b-w').ensureAlpha().png().toBuffer()],
  ])('reads a mask of %s', async (_name, encode) => {
    expect(await decodeMask(await encode(), size, 'mask', signal)).toEqual(mask)
  })

  test('fills at 128 and not at 127', async () => {
    const file = await pngOf(pixelsOf([0, 127, 128, 255]))

    const { data } = await decodeMask(file, { width: 4, height: 1 }, 'mask', signal)

    expect([...data]).toEqual([0, 0, 255, 255])
  })

  test('counts luminance times alpha', async () => {
    const colours = [
      [0, 255, 0, 255],
      [255, 0, 0, 255],
      [255, 255, 255, 127],
      [255, 255, 255, 128],
    ]

    const { data } = await decodeMask(
      await pngOf(paintImage(4, 1, (x) => colours[x]!)),
      { width: 4, height: 1 },
      'mask',
      signal,
    )

    expect([...data]).toEqual([255, 0, 0, 255])
  })

  test('scales a mask of another size and the same shape', async () => {
    const half = rectMask(20, 12, { x: 4, y: 2, width: 8, height: 6 })
    const double = rectMask(80, 48, { x: 16, y: 8, width: 32, height: 24 })

    expect(await decodeMask(await pngOf(half), size, 'mask', signal)).toEqual(mask)
    expect(await decodeMask(await pngOf(double), size, 'mask', signal)).toEqual(mask)
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const file = await pngOf(rectMask(80, 48, { x: 16, y: 8, width: 32, height: 24 }))

    await expect(decodeMask(file, size, 'mask', AbortSignal.abort('enough'))).rejects.toBe('enough')
  })

  test.each([
    [20, 12],
    [20, 13],
    [20, 11],
  ])('takes %i × %i for 40 × 24', async (width, height) => {
    const file = await pngOf(paintMask(width, height, () => true))

    expect((await decodeMask(file, size, 'mask', signal)).data.every((value) => value === 255)).toBe(true)
  })

  test.each([
    ['of another shape', () => pngOf(paintMask(20, 14, () => true))],
    ['turned by a quarter', () => pngOf(paintMask(24, 40, () => true))],
    ['that claims 400 megapixels', () => pngHeader(20_000, 12_000)],
  ])('refuses a mask %s by its size', async (_name, file) => {
    await expect(decodeMask(await file(), size, 'mask', signal)).rejects.toMatchObject({ code: 'mask-size' })
  })

  test.each([
    ['nothing', () => Buffer.alloc(0)],
    ['a JPEG', () => sharpOf(mask).jpeg().toBuffer()],
    ['half a PNG', async () => firstHalf(await pngOf(noise))],
  ])('refuses %s as unreadable and names it', async (_name, file) => {
    await expect(decodeMask(await file(), noise, 'avoid', signal)).rejects.toMatchObject({
      code: 'mask-unreadable',
      message: expect.stringContaining('avoid'),
    })
  })
})

describe('encodePatch', () => {
  test('keeps every byte, the colours under alpha 0 included', async () => {
    const file = await encodePatch(translucent, null)

    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    expectSameImage({ ...info, data }, translucent)
    expect((await sharp(file).metadata()).icc).toBeUndefined()
  })

  test('keeps an image that is almost all transparent', async () => {
    const patch = createImage(300, 200)
    patch.data.set([10, 20, 30, 0, 40, 50, 60, 255], 4 * 30_000)

    const { data, info } = await sharp(await encodePatch(patch, null))
      .raw()
      .toBuffer({ resolveWithObject: true })

    expectSameImage({ ...info, data }, patch)
  })

  test('carries the profile and still the same samples', async () => {
    const file = await encodePatch(opaque, p3Profile)

    expect((await sharp(file).metadata()).icc).toEqual(p3Profile)
    const { image, iccProfile } = await decodeImage(file, { orientation: 'none' })
    expectSameImage(image, opaque)
    expect(iccProfile).toEqual(p3Profile)
  })
})

describe('convertPng', () => {
  test.each(['png', 'jpg', 'webp'] as const)(
    'writes %s with the profile, without converting colours',
    async (format) => {
      const file = await convertPng(
        await encodePatch(plainImage(32, 16, [250, 30, 20, 255]), p3Profile),
        format,
      )

      const { image, iccProfile } = await decodeImage(file, { orientation: 'exif' })

      expect(iccProfile).toEqual(p3Profile)
      const [red, green, blue] = pixelAt(image, 16, 8)
      expect(Math.abs(red! - 250)).toBeLessThanOrEqual(3)
      expect(Math.abs(green! - 30)).toBeLessThanOrEqual(3)
      expect(Math.abs(blue! - 20)).toBeLessThanOrEqual(3)
    },
  )

  test('puts white under what is transparent where the format has no alpha', async () => {
    const file = await convertPng(await encodePatch(plainImage(32, 16, [0, 0, 0, 0]), null), 'jpg')

    const { image } = await decodeImage(file, { orientation: 'exif' })

    expect(pixelAt(image, 16, 8)).toEqual([255, 255, 255, 255])
  })
})

describe('encodeMask', () => {
  test.each([
    ['in the middle', { x: 7, y: 3, width: 5, height: 9 }],
    ['at the far corner', { x: 18, y: 8, width: 5, height: 9 }],
    ['all over', { x: 0, y: 0, width: 23, height: 17 }],
  ])('lays a mask into an empty one of the picture’s size: %s', async (_where, rect) => {
    const size = { width: 23, height: 17 }
    const mask = paintMask(rect.width, rect.height, (x, y) => (x * 3 + y) % 4 !== 0)

    const png = await encodeMask(mask, rect, size)

    const { channels, depth } = await sharp(png).metadata()
    expect({ channels, depth }).toEqual({ channels: 1, depth: 'uchar' })
    const { data } = await decodeMask(png, size, 'mask', signal)
    const expected = paintMask(23, 17, (x, y) => {
      const [inX, inY] = [x - rect.x, y - rect.y]
      return inX >= 0 && inY >= 0 && mask.data[inY * rect.width + inX] === 255 && inX < rect.width
    })
    expect(data).toEqual(expected.data)
  })
})

/** Incompressible, so that half a file is half the pixels. */
const noise = paintImage(101, 67, (x, y) => {
  const random = Math.imul(x * 7919 + y * 104_729 + 1, 2_654_435_761) >>> 0
  return [random & 255, (random >>> 8) & 255, (random >>> 16) & 255, 255]
})

function firstHalf(file: Buffer): Buffer {
  return file.subarray(0, file.length >> 1)
}

function damaged(file: Buffer): Buffer {
  const copy = Buffer.from(file)
  for (let i = file.length >> 1; i < (file.length >> 1) + 40; i += 1) copy[i]! ^= 0x5a
  return copy
}

function gifHeader(width: number, height: number): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt16LE(width, 0)
  size.writeUInt16LE(height, 2)
  const screen = Buffer.concat([
    Buffer.from('GIF89a'),
    size,
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
  ])
  const frame = Buffer.concat([
    Buffer.from([0x2c, 0, 0, 0, 0]),
    size,
    Buffer.from([0, 2, 2, 0x44, 1, 0, 0x3b]),
  ])
  return Buffer.concat([screen, frame])
}
