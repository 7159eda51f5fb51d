import { describe, expect, test } from 'vitest'
import { crossfadePixel, layImage, layPixel } from '../../../companion/image/over.ts'
import { expectSamePixelsWhere, pixelAt } from '../../support/assert-image.ts'
import { gradientImage, plainImage } from '../../support/images.ts'

describe('layPixel', () => {
  test.each([
    ['an opaque one covers', [10, 20, 30], 255, [200, 100, 50, 80], [10, 20, 30, 255]],
    ['a half one mixes over an opaque one', [0, 100, 200], 51, [100, 100, 100, 255], [80, 100, 120, 255]],
    ['over nothing the colour is its own', [10, 20, 30], 51, [99, 99, 99, 0], [10, 20, 30, 51]],
    // 0.2 over 0.5: alpha 0.6, of which a third is the upper one.
    ['both part transparent', [255, 0, 30], 51, [0, 255, 30, 127.5], [85, 170, 30, 153]],
  ])('%s', (_name, colour, alpha, below, expected) => {
    const pixels = Uint8Array.from(below, Math.round)

    layPixel(Uint8Array.from(colour), 0, alpha, pixels, 0)

    for (const [channel, value] of expected.entries()) {
      expect(Math.abs(pixels[channel]! - value), `channel ${channel}`).toBeLessThanOrEqual(1)
    }
  })
})

describe('layImage', () => {
  test('leaves every pixel outside its rectangle as it was', () => {
    const below = gradientImage()

    layImage(plainImage(9, 6, [1, 2, 3, 255]), { x: 20, y: 10, width: 9, height: 6 }, below)

    expectSamePixelsWhere(below, gradientImage(), (x, y) => x < 20 || x >= 29 || y < 10 || y >= 16)
    expect(pixelAt(below, 20, 10)).toEqual([1, 2, 3, 255])
    expect(pixelAt(below, 28, 15)).toEqual([1, 2, 3, 255])
  })
})

describe('crossfadePixel', () => {
  test.each([
    ['wholly', [10, 20, 30, 40], 1, [200, 100, 50, 255], [10, 20, 30, 40]],
    ['by a fifth', [200, 0, 50, 255], 0.2, [100, 100, 100, 255], [120, 80, 90, 255]],
    ['towards nothing, keeping the colour', [0, 0, 0, 0], 0.6, [200, 100, 50, 255], [200, 100, 50, 102]],
    ['from nothing, taking the colour', [200, 100, 50, 255], 0.6, [0, 0, 0, 0], [200, 100, 50, 153]],
  ])('%s', (_name, towards, share, from, expected) => {
    const pixels = Uint8Array.from(from)

    crossfadePixel(Uint8Array.from(towards), 0, share, pixels, 0)

    expect([...pixels]).toEqual(expected)
  })
})
