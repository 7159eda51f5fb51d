import { describe, expect, test } from 'vitest'
import {
  beginsAnew,
  type Prompt,
  promptAfter,
  promptOfBox,
  promptOfPoints,
} from '../../../ui/mask/pointing.ts'

const image = { width: 40, height: 30 }

describe('pointing', () => {
  test('at many places keeps a few of them, spread over the whole line', () => {
    const line = Array.from({ length: 400 }, (_, index) => ({ x: index / 10, y: 5 }))
    const { points } = promptOfPoints(line, true, image)!
    expect(points).toHaveLength(24)
    expect(points[0]).toEqual({ x: 0, y: 5, include: true })
    expect(points.at(-1)!.x).toBeGreaterThan(37)
  })

  test('beside the picture says nothing', () => {
    const line = [
      { x: -0.5, y: 3 },
      { x: 4.9, y: 3.2 },
      { x: 40, y: 3 },
    ]
    expect(promptOfPoints(line, false, image)?.points).toEqual([{ x: 4, y: 3, include: false }])
    expect(promptOfPoints([{ x: 3, y: 30 }], true, image)).toBeNull()
  })

  test.each([
    ['cut off at the picture’s edges', [-5, -5, 100, 12.5], { x: 0, y: 0, width: 40, height: 13 }],
    ['in whatever direction it was drawn', [10.2, 9, 3.9, 2], { x: 3, y: 2, width: 8, height: 7 }],
    ['and none where it lies beside the picture', [41, 2, 60, 9], null],
  ] as const)('in a box is %s', (_, [fromX, fromY, toX, toY], expected) => {
    expect(promptOfBox({ x: fromX, y: fromY }, { x: toX, y: toY }, image)?.box ?? null).toEqual(expected)
  })

  test.each([
    ['a click', 'new', 1, true, true],
    ['a scribble where nothing is marked', 'add', 2, false, true],
    ['a scribble beside what is marked', 'add', 2, true, false],
    ['a click with Shift', 'add', 1, false, false],
    ['a scribble with Alt', 'take', 2, false, false],
  ] as const)('%s begins a new thing: %#', (_, change, count, isMarked, expected) => {
    const points = Array.from({ length: count }, (_, x) => ({ x, y: 1, include: true }))
    expect(beginsAnew({ change, prompt: { points, box: null } }, isMarked)).toBe(expected)
  })

  test('at what does not belong is said about what was asked for before', () => {
    const before: Prompt = { points: [], box: { x: 1, y: 2, width: 3, height: 4 } }
    const prompt: Prompt = { points: [{ x: 2, y: 3, include: false }], box: null }
    expect(promptAfter(before, { change: 'take', prompt })).toEqual({
      points: prompt.points,
      box: before.box,
    })
    expect(promptAfter(null, { change: 'take', prompt })).toBeNull()
    expect(promptAfter(before, { change: 'add', prompt })).toBe(prompt)
  })
})
