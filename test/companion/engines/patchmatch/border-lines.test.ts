import { describe, expect, test } from 'vitest'
import { linesThatMeet } from '../../../../companion/engines/patchmatch/border-lines.ts'
import { sidesOf } from '../../../../companion/engines/patchmatch/sides.ts'
import { colourAt, grain, paint } from './pictures.ts'

const size = { width: 160, height: 120 }
const texture = grain(size, 3)
/** Margins of 30 px on all sides. */
const [left, right, top, bottom] = sidesOf({ left: 30, top: 30, right: 129, bottom: 89 }, size)

/** Brighter by 60 where it holds. */
function brightened(holds: (x: number, y: number) => boolean) {
  return paint(size, (x, y) => colourAt(texture, x, y).map((value) => value + (holds(x, y) ? 60 : 0)))
}

describe('linesThatMeet', () => {
  test.each([
    ['on the left', left!, (x: number, y: number) => y > 60 - 0.4 * (x - 30), 60, 0.4],
    ['on the right', right!, (x: number, y: number) => y > 50 - 0.4 * (x - 129), 50, -0.4],
    ['at the top', top!, (x: number, y: number) => x > 70 + 0.2 * (y - 30), 70, -0.2],
    ['at the bottom', bottom!, (x: number, y: number) => x > 80 + 0.2 * (y - 89), 80, 0.2],
  ])('finds an edge in a texture %s, to a px and two degrees', (_, side, holds, at, slope) => {
    const [line, ...others] = linesThatMeet(side, brightened(holds).data)
    expect(Math.abs(line!.at - at)).toBeLessThan(1)
    expect(Math.abs(Math.atan(line!.slope) - Math.atan(slope)) * (180 / Math.PI)).toBeLessThan(2)
    // 60 levels in each of three colours.
    expect(line!.step).toBeGreaterThan(0.8 * 60 * Math.sqrt(3))
    expect(line!.step).toBeLessThan(1.2 * 60 * Math.sqrt(3))
    // What the texture shows by chance is far weaker.
    for (const { step } of others) expect(step).toBeLessThan(line!.step / 2)
  })

  test('takes both edges of a wire for one line', () => {
    const wire = brightened((x, y) => Math.abs(y - 60 - 0.2 * (x - 129)) < 1.5)
    expect(linesThatMeet(right!, wire.data)).toHaveLength(1)
  })

  test.each([
    ['a texture', texture],
    ['an edge that stops short of the border', brightened((x, y) => y > 60 && x < 118)],
    ['a shade', paint(size, (x, y) => [y, y, x])],
  ])('finds none in %s', (_, image) => {
    expect(linesThatMeet(right!, image.data)).toEqual([])
  })

  test('finds none where too little is known to tell', () => {
    const [side] = sidesOf({ left: 100, top: 30, right: 129, bottom: 89 }, size)
    expect(linesThatMeet(side!, brightened((_, y) => y > 60).data)).toEqual([])
  })
})
