import { expect, test } from 'vitest'
import { previewOf } from '../../../companion/diffusion/preview.ts'

test('a preview has one pixel for each place of the latents, and is grey where they are 0', () => {
  const latents = Float32Array.from({ length: 4 * 2 * 3 }, (_, i) => (i === 0 ? 1 : i === 4 * 6 - 1 ? 9 : 0))
  const preview = previewOf(latents, { width: 3, height: 2 })
  expect([preview.width, preview.height]).toEqual([3, 2])
  const pixels = Array.from({ length: 6 }, (_, i) => [...preview.data.slice(4 * i, 4 * i + 4)])
  const grey = [128, 128, 128, 255]
  // The first channel is light and reddish; much of the fourth takes all light, of blue first.
  expect(pixels).toEqual([[165, 154, 154, 255], grey, grey, grey, grey, [0, 0, 0, 255]])
})
