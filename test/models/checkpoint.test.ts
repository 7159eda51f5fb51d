import { describe, expect, test } from 'vitest'
import { denseStrides, isDense } from '../../models/checkpoint.ts'

describe('denseStrides', () => {
  test.each([
    { shape: [], strides: [] },
    { shape: [5], strides: [1] },
    { shape: [2, 3], strides: [3, 1] },
    { shape: [4, 2, 3, 5], strides: [30, 15, 5, 1] },
  ])('of $shape are $strides', ({ shape, strides }) => {
    expect(denseStrides(shape)).toEqual(strides)
  })
})

describe('isDense', () => {
  test.each([
    { what: 'a scalar', shape: [], strides: [], dense: true },
    { what: 'rows one after the other', shape: [2, 3], strides: [3, 1], dense: true },
    { what: 'a transposed matrix', shape: [2, 3], strides: [1, 2], dense: false },
    { what: 'columns cut out of a wider matrix', shape: [2, 3], strides: [8, 1], dense: false },
    { what: 'one number expanded to many', shape: [2, 3], strides: [0, 0], dense: false },
    { what: 'any stride over a single row', shape: [1, 3], strides: [99, 1], dense: true },
  ])('$what: $dense', ({ shape, strides, dense }) => {
    expect(isDense({ shape, strides })).toBe(dense)
  })
})
