import { describe, expect, test } from 'vitest'
import { type FoundThing, hasMarks, type Mark, type MarkMode, marksInForce } from '../../../ui/mask/mark.ts'

const stroke = (mode: MarkMode): Mark => ({ kind: 'stroke', mode, radiusPx: 3, points: [{ x: 1, y: 2 }] })
const clear: Mark = { kind: 'clear' }
const mask: Mark = { kind: 'mask', image: {} as ImageBitmap, rect: null, isAlone: false }
const reshaped: Mark = { ...mask, isAlone: true }

const thing = (id: number, insteadOf: FoundThing['insteadOf']): FoundThing => ({
  kind: 'found',
  image: {} as ImageBitmap,
  rect: { x: id, y: 0, width: 3, height: 2 },
  insteadOf,
})

describe('marksInForce', () => {
  const [first, second] = [thing(1, 'all'), thing(2, 'none')]
  test.each<[string, readonly Mark[], readonly Mark[]]>([
    ['nothing from before a clearing', [stroke('paint'), clear, first], [first]],
    ['what became of all marks, instead of them', [stroke('paint'), reshaped], [reshaped]],
    ['no softness, which marks nothing', [first, { kind: 'soften', featherPx: 3 }], [first]],
    ['things side by side', [first, second], [first, second]],
    [
      'a new thing instead of all others',
      [first, stroke('paint'), second, thing(3, 'all')],
      [stroke('paint'), thing(3, 'all')],
    ],
    [
      'a better guess instead of the last thing',
      [first, second, thing(3, 'last')],
      [first, thing(3, 'last')],
    ],
  ])('are %s', (_, marks, expected) => {
    expect(marksInForce(marks)).toEqual(expected)
  })
})

describe('hasMarks', () => {
  test.each<[string, readonly Mark[], boolean]>([
    ['nothing', [], false],
    ['a stroke', [stroke('paint')], true],
    ['only the eraser', [stroke('erase')], false],
    ['a stroke, then the eraser', [stroke('paint'), stroke('erase')], true],
    ['a stroke that was cleared', [stroke('paint'), clear], false],
    ['a stroke after clearing', [stroke('paint'), clear, stroke('paint')], true],
    ['a thing that was found', [thing(1, 'all')], true],
    ['an erased area alone', [{ kind: 'area', mode: 'erase', points: [] }], false],
    ['the mask of an earlier fill', [mask], true],
    ['such a mask, cleared', [mask, clear], false],
  ])('of %s', (_, marks, expected) => {
    expect(hasMarks(marks)).toBe(expected)
  })
})
