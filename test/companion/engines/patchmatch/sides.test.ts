import { describe, expect, test } from 'vitest'
import { sidesOf } from '../../../../companion/engines/patchmatch/sides.ts'

const size = { width: 90, height: 70 }

describe('sidesOf', () => {
  test('names the known part and the margin of all four sides', () => {
    const upright = { along: 90, lengthPx: 70, first: 10, last: 54, knownPx: 61 }
    const level = { along: 1, lengthPx: 90, first: 20, last: 80, knownPx: 45 }
    expect(sidesOf({ left: 20, top: 10, right: 80, bottom: 54 }, size)).toEqual([
      { ...upright, edge: 20, inwards: 1, marginPx: 20 },
      { ...upright, edge: 80, inwards: -1, marginPx: 9 },
      { ...level, edge: 10 * 90, inwards: 90, marginPx: 10 },
      { ...level, edge: 54 * 90, inwards: -90, marginPx: 15 },
    ])
  })

  test('leaves out a side without a margin', () => {
    const sides = sidesOf({ left: 0, top: 0, right: 60, bottom: 69 }, size)
    expect(sides.map(({ edge, marginPx }) => ({ edge, marginPx }))).toEqual([{ edge: 60, marginPx: 29 }])
  })
})
