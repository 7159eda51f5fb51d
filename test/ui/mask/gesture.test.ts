import { describe, expect, test } from 'vitest'
import {
  beginGesture,
  endGesture,
  extendGesture,
  type GestureEnd,
  type GestureStart,
  outlineOf,
} from '../../../ui/mask/gesture.ts'
import type { Point } from '../../../ui/mask/mark.ts'

const image = { width: 40, height: 30 }
const [a, b, c] = [at(2, 3), at(20, 3), at(20, 13)]

describe('a gesture', () => {
  test.each<[string, Partial<GestureStart>, readonly Point[], GestureEnd]>([
    ['a dot', { tool: 'brush' }, [a], marked('stroke', 'paint', [a])],
    ['a stroke', { tool: 'brush' }, [a, b, c], marked('stroke', 'paint', [a, b, c])],
    [
      'a straight line with Shift',
      { tool: 'brush', isShifted: true },
      [a, b, c],
      marked('stroke', 'paint', [a, c]),
    ],
    ['an erasing stroke', { tool: 'eraser' }, [a, b], marked('stroke', 'erase', [a, b])],
    [
      'an erasing stroke with Alt',
      { tool: 'brush', isTaking: true },
      [a, b],
      marked('stroke', 'erase', [a, b]),
    ],
    ['what a lasso goes round', { tool: 'lasso' }, [a, b, c], marked('area', 'paint', [a, b, c])],
    ['nothing where a lasso encloses nothing', { tool: 'lasso' }, [a, b], { type: 'nothing' }],
    ['a rectangle', { tool: 'rectangle' }, [a, b, c], marked('area', 'paint', [a, at(20, 3), c, at(2, 13)])],
    [
      'an erased rectangle with Alt',
      { tool: 'rectangle', isTaking: true },
      [a, c],
      marked('area', 'erase', [a, b, c, at(2, 13)]),
    ],
    ['nothing where a rectangle is a click', { tool: 'rectangle' }, [a], { type: 'nothing' }],
    ['a click', { tool: 'point' }, [a], pointed('new', [[2, 3, true]])],
    ['a click of a trembling hand', { tool: 'point' }, [a, at(3, 3.5)], pointed('new', [[2, 3, true]])],
    ['one thing more with Shift', { tool: 'point', isShifted: true }, [a], pointed('add', [[2, 3, true]])],
    [
      'what does not belong with Alt',
      { tool: 'point', isTaking: true },
      [a],
      pointed('take', [[2, 3, false]]),
    ],
    [
      'a box',
      { tool: 'point' },
      [c, b, a],
      {
        type: 'pointed',
        pointed: { change: 'new', prompt: { points: [], box: { x: 2, y: 3, width: 18, height: 10 } } },
      },
    ],
    [
      'a scribble with Shift',
      { tool: 'point', isShifted: true },
      [a, b, c],
      pointed('add', [
        [2, 3, true],
        [20, 3, true],
        [20, 13, true],
      ]),
    ],
    ['nothing beside the picture', { tool: 'point' }, [at(-3, 2)], { type: 'nothing' }],
  ])('is %s', (_, start, points, expected) => {
    expect(endGesture(gestureThrough(start, points), image)).toEqual(expected)
  })

  test('passes over points that are too near to change anything', () => {
    const gesture = beginGesture({ ...usual, radiusPx: 16, at: at(10, 20) })
    expect(extendGesture(gesture, at(10.5, 20))).toBe(false)
    expect(extendGesture(gesture, at(14, 23))).toBe(true)
  })

  test('is seen as a line, but for brush strokes, which are seen as they will be', () => {
    expect(outlineOf(gestureThrough({ tool: 'brush' }, [a, b]))).toBeNull()
    expect(outlineOf(gestureThrough({ tool: 'lasso' }, [a, b, c]))).toEqual({
      points: [a, b, c],
      isClosed: true,
    })
    expect(outlineOf(gestureThrough({ tool: 'point' }, [a]))).toBeNull()
    expect(outlineOf(gestureThrough({ tool: 'point' }, [a, c]))?.points).toHaveLength(4)
  })
})

const usual: GestureStart = { tool: 'brush', isTaking: false, isShifted: false, radiusPx: 2, at: at(0, 0) }

function gestureThrough(start: Partial<GestureStart>, [first, ...rest]: readonly Point[]) {
  const gesture = beginGesture({ ...usual, ...start, at: first! })
  for (const point of rest) extendGesture(gesture, point)
  return gesture
}

function at(x: number, y: number): Point {
  return { x, y }
}

function marked(kind: 'stroke' | 'area', mode: 'paint' | 'erase', points: readonly Point[]): GestureEnd {
  const mark = kind === 'stroke' ? { kind, mode, radiusPx: usual.radiusPx, points } : { kind, mode, points }
  return { type: 'marked', mark }
}

function pointed(change: 'new' | 'add' | 'take', points: readonly [number, number, boolean][]): GestureEnd {
  const prompt = { points: points.map(([x, y, include]) => ({ x, y, include })), box: null }
  return { type: 'pointed', pointed: { change, prompt } }
}
