import { describe, expect, test } from 'vitest'
import { addMark, emptyHistory, historyFrom, marksOf, redoMark, undoMark } from '../../../ui/mask/history.ts'
import type { Mark } from '../../../ui/mask/mark.ts'

const stroke = (x: number): Mark => ({ kind: 'stroke', mode: 'paint', radiusPx: 2, points: [{ x, y: 0 }] })
const [a, b, c] = [stroke(1), stroke(2), stroke(3)]

describe('a history', () => {
  test('takes marks back one by one, newest first, and brings them again', () => {
    const both = addMark(addMark(emptyHistory, a), b)
    const one = undoMark(both)
    expect(marksOf(one)).toEqual([a])
    expect(marksOf(undoMark(one))).toEqual([])
    expect(marksOf(redoMark(one))).toEqual([a, b])
  })

  test('forgets what was undone at the next mark', () => {
    const history = addMark(undoMark(addMark(addMark(emptyHistory, a), b)), c)
    expect(marksOf(redoMark(history))).toEqual([a, c])
  })

  test('brings cleared marks back', () => {
    const cleared = addMark(addMark(emptyHistory, a), { kind: 'clear' })
    expect(marksOf(undoMark(cleared))).toEqual([a])
  })

  test('does not undo what it began with', () => {
    const history = addMark(historyFrom([a]), b)
    expect(marksOf(undoMark(undoMark(history)))).toEqual([a])
  })

  test('stays itself where there is nothing to undo or redo', () => {
    expect(undoMark(emptyHistory)).toBe(emptyHistory)
    expect(redoMark(emptyHistory)).toBe(emptyHistory)
  })
})
