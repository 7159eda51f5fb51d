import { expect, test } from 'vitest'
import { measureTexture } from '../../../../companion/engines/patchmatch/texture.ts'
import { paint } from './pictures.ts'

const size = { width: 24, height: 16 }
const nothing = new Uint8Array(size.width * size.height)

test('a plain surface has no texture', () => {
  const { data } = paint(size, () => [90, 120, 30])
  expect(measureTexture(data, nothing, size, 3).every((value) => value === 0)).toBe(true)
})

test('a ramp has its slope times the gain, half of it for each direction', () => {
  const { data } = paint(size, (x) => [4 * x, 4 * x, 4 * x])
  expect(measureTexture(data, nothing, size, 3)[8 * size.width + 12]).toBe((5 * 4) / 2)
})

test('what lies in the hole, and the step into it, do not count', () => {
  const { data } = paint(size, (x) => (x < 12 ? [50, 50, 50] : [x % 2 ? 255 : 0, 0, 0]))
  const hole = nothing.map((_, i) => (i % size.width >= 12 ? 1 : 0))
  expect(measureTexture(data, hole, size, 4).every((value) => value === 0)).toBe(true)
})
