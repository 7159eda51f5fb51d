import { describe, expect, test } from 'vitest'
import {
  avoidedBy,
  type FoundThing,
  hasMarks,
  type Mark,
  type MarkMode,
  marksInForce,
} from '../../../ui/mask/mark.ts'

const stroke = (mode: MarkMode): Mark => ({ kind: 'stroke', mode, radiusPx: 3, points: [{ x: 1, y: 2 }] })
const clear: Mark = { kind: 'clear' }
const mask: Mark = { kind: 'mask', image: {} as ImageBitmap, rect: null, isAlone: false }
const reshaped: Mark = { ...mask, isAlone: true }
const avoid = (width: number): Mark => ({
  kind: 'avoid',
  image: {} as ImageBitmap,
  rect: { x: 1, y: 2, width, height: 4 },
})

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
    ['nothing that became an area to be avoided', [first, avoid(3), stroke('paint')], [stroke('paint')]],
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
    ['an area to be avoided', [stroke('paint'), avoid(3)], false],
    ['a stroke beside such an area', [avoid(3), stroke('paint')], true],
  ])('of %s', (_, marks, expected) => {
    expect(hasMarks(marks)).toBe(expected)
  })
})

describe('what is avoided', () => {
  const [one, two] = [avoid(3), avoid(5)]
  test.each<[string, readonly Mark[], readonly Mark[]]>([
    ['is nothing at first', [stroke('paint')], []],
    ['stays while something else is marked', [stroke('paint'), one, stroke('paint')], [one]],
    ['may be several areas', [one, stroke('paint'), two], [one, two]],
    ['stays when marks are cleared', [one, stroke('paint'), clear], [one]],
    ['stays when marks are changed as a whole', [one, stroke('paint'), reshaped], [one]],
    ['goes when nothing but it is left to be cleared', [one, two, stroke('paint'), clear, clear], []],
    ['goes with what the eraser did, which left nothing', [one, stroke('erase'), clear], []],
  ])('%s', (_, marks, expected) => {
    const areas = avoidedBy(marks)
    expect(areas.map(({ rect }) => rect)).toEqual(expected.map((mark) => 'rect' in mark && mark.rect))
    expect(areas.every(({ kind }) => kind === 'mask')).toBe(true)
  })
})
