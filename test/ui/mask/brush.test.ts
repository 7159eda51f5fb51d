import { describe, expect, test } from 'vitest'
import { brushSizes, steppedBrushSize } from '../../../ui/mask/brush.ts'

describe('steppedBrushSize', () => {
  test.each([
    [40, 1, 48],
    [40, -1, 32],
    [4, 1, 5],
    [4, -1, brushSizes.min],
    [190, 1, brushSizes.max],
  ] as const)('from %i in direction %i is %i', (from, direction, expected) => {
    expect(steppedBrushSize(from, direction)).toBe(expected)
  })
})
