import { describe, expect, test } from 'vitest'
import {
  beginGesture,
  brushSizes,
  endGesture,
  extendGesture,
  steppedBrushSize,
} from '../../../ui/mask/brush.ts'

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

describe('a gesture', () => {
  test('becomes a stroke through the points that are far enough apart', () => {
    const gesture = beginGesture('paint', 16, { x: 10, y: 20 })
    expect(extendGesture(gesture, { x: 10.5, y: 20 })).toBe(false)
    expect(extendGesture(gesture, { x: 14, y: 23 })).toBe(true)
    expect(endGesture(gesture)).toEqual({
      kind: 'stroke',
      mode: 'paint',
      radiusPx: 16,
      points: [
        { x: 10, y: 20 },
        { x: 14, y: 23 },
      ],
    })
  })

  test('without a movement is a dot', () => {
    expect(endGesture(beginGesture('erase', 5, { x: 1, y: 2 })).points).toEqual([{ x: 1, y: 2 }])
  })
})
