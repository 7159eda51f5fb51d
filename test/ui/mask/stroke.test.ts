import { describe, expect, test } from 'vitest'
import { hasMarks, type Mark, type StrokeMode } from '../../../ui/mask/stroke.ts'

const stroke = (mode: StrokeMode): Mark => ({ kind: 'stroke', mode, radiusPx: 3, points: [{ x: 1, y: 2 }] })
const clear: Mark = { kind: 'clear' }
const mask: Mark = { kind: 'mask', image: {} as ImageBitmap }

describe('hasMarks', () => {
  test.each<[string, readonly Mark[], boolean]>([
    ['nothing', [], false],
    ['a stroke', [stroke('paint')], true],
    ['only the eraser', [stroke('erase')], false],
    ['a stroke, then the eraser', [stroke('paint'), stroke('erase')], true],
    ['a stroke that was cleared', [stroke('paint'), clear], false],
    ['a stroke after clearing', [stroke('paint'), clear, stroke('paint')], true],
    ['the mask of an earlier fill', [mask], true],
    ['such a mask, cleared', [mask, clear], false],
  ])('of %s', (_, marks, expected) => {
    expect(hasMarks(marks)).toBe(expected)
  })
})
