import { expect, test } from 'vitest'
import { type Filter, resizeAsPillow } from '../../../companion/diffusion/pillow.ts'
import type { Samples } from '../../../companion/image/samples.ts'
import { diffusionPath } from '../../support/diffusion.ts'
import { readReference, type Values } from '../../support/reference.ts'

const reference = await readReference(diffusionPath('images', 'resize.safetensors'))

// Height × width: larger, smaller, one side alone, and one side of each.
const sizes = ['17x24-to-24x16', '40x56-to-16x24', '33x47-to-33x24', '9x70-to-72x8']
const filters: readonly Filter[] = ['lanczos', 'bicubic']
const cases = sizes.flatMap((sizes) => filters.map((filter) => ({ sizes, filter })))

test.each(cases)('resizes $sizes with $filter byte for byte as Pillow does', ({ sizes, filter }) => {
  for (const kind of ['image', 'mask']) {
    const expected = samplesOf(reference(`${sizes}.${kind}.${filter}`))
    expect(resizeAsPillow(samplesOf(reference(`${sizes}.${kind}`)), expected, filter)).toEqual(expected)
  }
})

test('a picture that already has the size is left as it is', () => {
  const samples = samplesOf(reference('17x24-to-24x16.image'))
  expect(resizeAsPillow(samples, { width: 24, height: 17 }, 'lanczos')).toBe(samples)
})

/** [H, W] or [H, W, 3]. */
function samplesOf({ shape, data }: Values): Samples {
  const [height, width] = shape as readonly [number, number]
  return { width, height, data: Uint8Array.from(data) }
}
