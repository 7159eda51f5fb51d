import { expect, test } from 'vitest'
import { bytes, copyOf } from '../../../../companion/engines/patchmatch/kernels.ts'
import { measureTexture } from '../../../../companion/engines/patchmatch/texture.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { flagged, markWhere, paint } from './pictures.ts'

const size = { width: 24, height: 16 }
const nowhere = () => false

/** The fourth byte of each pixel. */
function textures(image: Image, hole: (x: number, y: number) => boolean, radiusPx: number): Uint8Array {
  const scene = { ...size, pixels: copyOf(image.data), hole: flagged(markWhere(size, hole)), avoid: bytes(0) }
  measureTexture(scene, radiusPx)
  return scene.pixels.filter((_, i) => i % 4 === 3)
}

test('a plain surface has no texture', () => {
  const image = paint(size, () => [90, 120, 30])
  expect(textures(image, nowhere, 3).every((value) => value === 0)).toBe(true)
})

test('a ramp has its slope times the gain, half of it for each direction', () => {
  const image = paint(size, (x) => [4 * x, 4 * x, 4 * x])
  expect(textures(image, nowhere, 3)[8 * size.width + 12]).toBe((5 * 4) / 2)
})

test('what lies in the hole, and the step into it, do not count', () => {
  const image = paint(size, (x) => (x < 12 ? [50, 50, 50] : [x % 2 ? 255 : 0, 0, 0]))
  expect(textures(image, (x) => x >= 12, 4).every((value) => value === 0)).toBe(true)
})
