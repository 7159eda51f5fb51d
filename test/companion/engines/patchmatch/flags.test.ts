import { describe, expect, test } from 'vitest'
import {
  boundsOf,
  clearBorder,
  countFlags,
  eitherOf,
  flagsOf,
  growByBox,
  invert,
  placesOf,
} from '../../../../companion/engines/patchmatch/flags.ts'
import { copyOf } from '../../../../companion/engines/patchmatch/kernels.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'

/** One in five is set. The sizes are no multiples of the 16 flags that a kernel takes at once. */
const size = { width: 45, height: 11 }
function someFlags(seed: number): Uint8Array {
  const random = createRandom(seed)
  return copyOf(Uint8Array.from({ length: size.width * size.height }, () => (random(5) === 0 ? 1 : 0)))
}

test('flagsOf takes 128 and more for marked', () => {
  expect([...flagsOf({ width: 4, height: 1, data: Uint8Array.of(0, 127, 128, 255) })]).toEqual([0, 0, 1, 1])
})

test('eitherOf has what one of the two has', () => {
  const [a, b] = [someFlags(1), someFlags(2)]
  expect([...eitherOf(a, b)]).toEqual([...a].map((value, i) => value | b[i]!))
})

test('invert swaps 0 and 1', () => {
  const flags = someFlags(6)
  const before = flags.slice()
  invert(flags)
  expect([...flags]).toEqual([...before].map((value) => 1 - value))
})

test('countFlags and placesOf see each 1, and nothing behind the last flag', () => {
  const flags = someFlags(3)
  const expected = [...flags.keys()].filter((i) => flags[i] === 1)
  expect(countFlags(flags)).toBe(expected.length)
  expect([...placesOf(flags)]).toEqual(expected)
  const part = flags.subarray(0, 33)
  expect(countFlags(part)).toBe(expected.filter((i) => i < 33).length)
})

describe.each([1, 3, 7])('with a radius of %i', (radius) => {
  const { width, height } = size

  test('growByBox reaches as far as the square', () => {
    const flags = someFlags(4).map((value, i) => value & Number(i % 7 === 0))
    const grown = growByBox(copyOf(flags), size, radius)
    grown.forEach((value, i) => {
      let any = 0
      flags.forEach((flag, j) => {
        const dx = Math.abs((i % width) - (j % width))
        const dy = Math.abs(Math.floor(i / width) - Math.floor(j / width))
        if (Math.max(dx, dy) <= radius) any |= flag
      })
      expect(value).toBe(any)
    })
  })

  test('clearBorder keeps what lies that far inside', () => {
    const flags = someFlags(5)
    const before = flags.slice()
    clearBorder(flags, size, radius)
    flags.forEach((value, i) => {
      const x = i % width
      const y = Math.floor(i / width)
      const isInside = x >= radius && x < width - radius && y >= radius && y < height - radius
      expect(value).toBe(isInside ? before[i] : 0)
    })
  })
})

test('boundsOf includes the outermost places', () => {
  expect(boundsOf([28, 13, 31], 10)).toEqual({ left: 1, top: 1, right: 8, bottom: 3 })
})
