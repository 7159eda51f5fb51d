import { describe, expect, test } from 'vitest'
import { findTemplate, type Grey } from '../../../ui/mask/find-again.ts'

const picture = noise(41, 29)
const part = cut(picture, 17, 9, 11, 7)

describe('findTemplate', () => {
  test('finds where a part was cut from', () => {
    const match = findTemplate(picture, part)!
    expect(match).toMatchObject({ x: 17, y: 9 })
    expect(match.likeness).toBeCloseTo(1, 5)
  })

  test('also where it is darker and has less contrast', () => {
    const faded = { ...part, values: part.values.map((value) => 0.1 + 0.3 * value) }
    expect(findTemplate(picture, faded)).toMatchObject({ x: 17, y: 9 })
  })

  test('says how little it looks alike where it is not', () => {
    expect(findTemplate(picture, noise(11, 7, 99))!.likeness).toBeLessThan(0.6)
  })

  test.each([
    ['is larger than the picture', noise(42, 7)],
    ['is of one brightness', { width: 5, height: 4, values: new Float32Array(20).fill(0.5) }],
  ])('finds nothing where the template %s', (_, template) => {
    expect(findTemplate(picture, template)).toBeNull()
  })
})

function noise(width: number, height: number, seed = 1): Grey {
  const values = Float32Array.from({ length: width * height }, (_, at) => {
    const mixed = Math.imul(at + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)
    return ((mixed ^ (mixed >>> 15)) & 255) / 255
  })
  return { width, height, values }
}

function cut({ width: pitch, values }: Grey, x: number, y: number, width: number, height: number): Grey {
  const rows = Array.from({ length: height }, (_, row) =>
    values.subarray((y + row) * pitch + x, (y + row) * pitch + x + width),
  )
  return { width, height, values: Float32Array.from(rows.flatMap((row) => [...row])) }
}
