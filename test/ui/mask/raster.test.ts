import { describe, expect, test } from 'vitest'
import { emptyBits, isEmpty, setBits, unitedBits } from '../../../ui/mask/raster.ts'

describe('setBits', () => {
  test('takes bands of rows, one below the other', () => {
    const whole = emptyBits(11, 4)
    const inBands = emptyBits(11, 4)
    const rgba = rgbaOf(Array.from({ length: 44 }, (_, at) => at % 3 === 0))
    setBits(whole, 0, rgba)
    setBits(inBands, 0, rgba.slice(0, 11 * 4 * 3))
    setBits(inBands, 3, rgba.slice(11 * 4 * 3))
    expect(inBands).toEqual(whole)
  })

  test.each([
    [127, true],
    [128, false],
  ])('at alpha %i leaves the mask empty: %s', (alpha, expected) => {
    const bits = emptyBits(3, 1)
    setBits(bits, 0, new Uint8ClampedArray([0, 0, 0, 0, 255, 255, 255, alpha, 0, 0, 0, 0]))
    expect(isEmpty(bits)).toBe(expected)
  })
})

describe('unitedBits', () => {
  test('are set where either is', () => {
    const [a, b, both] = [
      [true, false, true, false, false],
      [false, false, true, true, false],
      [true, false, true, true, false],
    ].map((marked) => {
      const bits = emptyBits(5, 1)
      setBits(bits, 0, rgbaOf(marked))
      return bits
    })
    expect(unitedBits(a!, b!)).toEqual(both)
  })
})

function rgbaOf(marked: readonly boolean[]): Uint8ClampedArray {
  return new Uint8ClampedArray(marked.flatMap((isMarked) => [200, 10, 90, isMarked ? 255 : 0]))
}
