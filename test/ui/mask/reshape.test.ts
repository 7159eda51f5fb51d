import { describe, expect, test } from 'vitest'
import { type Bits, boundsOf, emptyBits, setBits } from '../../../ui/mask/raster.ts'
import { type Reshape, reshaped } from '../../../ui/mask/reshape.ts'

/** 13 px wide, so that a row ends within a byte. */
const [widthPx, heightPx] = [13, 9]
const middle = drawn(['', '', '', '', '......#'])

describe('a mask', () => {
  test.each<[string, Bits, Reshape, readonly string[]]>([
    [
      'grows in a circle',
      middle,
      { type: 'grow', byPx: 2 },
      ['', '', '......#', '.....###', '....#####', '.....###', '......#'],
    ],
    ['grows no farther than the picture', drawn(['#']), { type: 'grow', byPx: 1 }, ['##', '#']],
    [
      'shrinks by as much',
      drawn(['', '..###', '..###', '..###']),
      { type: 'grow', byPx: -1 },
      ['', '', '...#'],
    ],
    [
      'does not shrink away from the picture’s edge',
      drawn(['####', '####']),
      { type: 'grow', byPx: -1 },
      ['###'],
    ],
    [
      'stays as it is when it grows by nothing',
      middle,
      { type: 'grow', byPx: 0 },
      ['', '', '', '', '......#'],
    ],
    [
      'is what was not marked when it is inverted',
      drawn(Array(9).fill('############')),
      { type: 'invert' },
      Array(9).fill('............#'),
    ],
  ])('%s', (_, bits, change, expected) => {
    expect(shownAs(reshaped(bits, change))).toEqual(shownAs(drawn(expected)))
  })

  test('that grew shrinks back to itself where it is convex', () => {
    const block = drawn(['', '', '', '....####', '....####', '....####'])
    expect(reshaped(reshaped(block, { type: 'grow', byPx: 3 }), { type: 'grow', byPx: -3 })).toEqual(block)
  })
})

test('boundsOf a mask is the rectangle around it, to whole bytes at the sides', () => {
  expect(boundsOf(middle)).toEqual({ x: 0, y: 4, width: 8, height: 1 })
  expect(boundsOf(drawn(['', '.........#', '', '............#']))).toEqual({
    x: 8,
    y: 1,
    width: 5,
    height: 3,
  })
  expect(boundsOf(emptyBits(widthPx, heightPx))).toBeNull()
})

function drawn(rows: readonly string[]): Bits {
  const bits = emptyBits(widthPx, heightPx)
  for (let y = 0; y < heightPx; y++) {
    const row = (rows[y] ?? '').padEnd(widthPx, '.')
    setBits(bits, y, new Uint8ClampedArray([...row].flatMap((cell) => [0, 0, 0, cell === '#' ? 255 : 0])))
  }
  return bits
}

function shownAs({ rows }: Bits): string[] {
  const stride = rows.length / heightPx
  return Array.from({ length: heightPx }, (_, y) =>
    [...rows.subarray(y * stride, (y + 1) * stride)]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .slice(0, widthPx)
      .replaceAll('0', '.')
      .replaceAll('1', '#'),
  )
}
