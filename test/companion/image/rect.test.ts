import { describe, expect, test } from 'vitest'
import { inflate, intersection, isInside, overlap, union } from '../../../companion/image/rect.ts'

const size = { width: 100, height: 60 }

describe('inflate', () => {
  test.each([
    ['inside', { x: 40, y: 20, width: 10, height: 5 }, { x: 33, y: 13, width: 24, height: 19 }],
    ['at the upper left', { x: 2, y: 0, width: 3, height: 4 }, { x: 0, y: 0, width: 12, height: 11 }],
    ['at the lower right', { x: 90, y: 55, width: 10, height: 5 }, { x: 83, y: 48, width: 17, height: 12 }],
  ])('adds 7 px on each side, %s', (_name, rect, expected) => {
    expect(inflate(rect, 7, size)).toEqual(expected)
  })
})

test('union holds both', () => {
  expect(union({ x: 5, y: 30, width: 4, height: 6 }, { x: 20, y: 2, width: 1, height: 1 })).toEqual({
    ...{ x: 5, y: 2, width: 16, height: 34 },
  })
})

describe('overlap', () => {
  const rect = { x: 10, y: 10, width: 5, height: 3 }

  test.each([
    ['beside', { x: 15, y: 10, width: 5, height: 3 }, false],
    ['below', { x: 10, y: 13, width: 5, height: 3 }, false],
    ['by a corner', { x: 14, y: 12, width: 5, height: 3 }, true],
    ['inside', { x: 11, y: 11, width: 1, height: 1 }, true],
  ])('%s', (_name, other, expected) => {
    expect(overlap(rect, other)).toBe(expected)
    expect(overlap(other, rect)).toBe(expected)
  })
})

describe('isInside', () => {
  test.each([
    [{ x: 0, y: 0, width: 100, height: 60 }, true],
    [{ x: 1, y: 0, width: 100, height: 60 }, false],
    [{ x: 0, y: -1, width: 10, height: 10 }, false],
    [{ x: 90, y: 55, width: 10, height: 6 }, false],
  ])('%o: %s', (rect, expected) => {
    expect(isInside(rect, size)).toBe(expected)
  })
})

test('intersection is what both share', () => {
  const a = { x: 10, y: 20, width: 30, height: 15 }
  expect(intersection(a, { x: 0, y: 30, width: 20, height: 50 })).toEqual({
    x: 10,
    y: 30,
    width: 10,
    height: 5,
  })
  expect(intersection(a, { x: 40, y: 20, width: 5, height: 5 })).toBeNull()
})
