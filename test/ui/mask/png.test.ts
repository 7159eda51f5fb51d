import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { encodeMaskPng } from '../../../ui/mask/png.ts'
import { emptyBits, setBits } from '../../../ui/mask/raster.ts'

describe('a mask of single bits', () => {
  test.each([
    [8, 3],
    [13, 5],
    [1, 9],
    [31, 2],
  ])('of %i × %i pixels is what an ordinary decoder reads', async (width, height) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: width * height, maxLength: width * height }),
        async (marked) => {
          const bits = emptyBits(width, height)
          setBits(bits, 0, rgbaOf(marked))
          expect(await decode(await encodeMaskPng(bits))).toEqual({ width, height, marked })
        },
      ),
      { numRuns: 20 },
    )
  })

  test('is one-bit grey', async () => {
    const { channels, depth, bitsPerSample } = await sharp(await encodeMaskPng(emptyBits(9, 4))).metadata()
    expect({ channels, depth, bitsPerSample }).toEqual({ channels: 1, depth: 'uchar', bitsPerSample: 1 })
  })

  test('takes a few kilobytes at 12 megapixels', async () => {
    expect((await encodeMaskPng(emptyBits(4000, 3000))).length).toBeLessThan(10_000)
  })
})

function rgbaOf(marked: readonly boolean[]): Uint8ClampedArray {
  return new Uint8ClampedArray(marked.flatMap((isMarked) => [200, 10, 90, isMarked ? 255 : 0]))
}

async function decode(png: Uint8Array) {
  const { data, info } = await sharp(png).extractChannel(0).raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, marked: [...data].map((value) => value === 255) }
}
