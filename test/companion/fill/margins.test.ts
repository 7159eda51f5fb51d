import { describe, expect, test } from 'vitest'
import { checkMargins } from '../../../companion/fill/margins.ts'
import { paintMask } from '../../support/images.ts'
import { stubEngine } from '../../support/stub-engine.ts'

const limits = { expandShare: 0.25 }

/** Everything is open but 200 × 100 px at (left, top). */
function openRound(width: number, height: number, left: number, top: number) {
  return paintMask(width, height, (x, y) => x < left || x >= left + 200 || y < top || y >= top + 100)
}

describe('checkMargins', () => {
  test.each([
    ['a quarter on each side', openRound(300, 150, 50, 25)],
    ['a quarter, rounded outwards by a client', openRound(302, 152, 51, 26)],
    ['none at all', openRound(200, 100, 0, 0)],
  ])('lets %s pass', (_, mask) => {
    expect(() => checkMargins(mask, stubEngine({ limits }))).not.toThrow()
  })

  test.each([
    ['on the left', '30 %', openRound(260, 100, 60, 0)],
    ['on the right', '40 %', openRound(280, 100, 0, 0)],
    ['at the top', '31 %', openRound(200, 131, 0, 31)],
    ['at the bottom', '75 %', openRound(200, 175, 0, 0)],
  ])('says that more is asked for %s', (where, share, mask) => {
    expect(() => checkMargins(mask, stubEngine({ limits }))).toThrow(
      expect.objectContaining({
        code: 'task-unsupported',
        message: `Stub continues a picture by at most 25 % of its side, and ${share} are asked for ${where}.`,
        hint: expect.stringContaining('Make that margin smaller'),
      }),
    )
  })

  test('does not ask where the engine has no such limit', () => {
    expect(() => checkMargins(openRound(900, 900, 300, 300), stubEngine())).not.toThrow()
  })
})
