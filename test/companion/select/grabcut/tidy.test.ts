import { describe, expect, test } from 'vitest'
import { seed } from '../../../../companion/select/grabcut/cut.ts'
import { tidyCut } from '../../../../companion/select/grabcut/tidy.ts'

const size = { width: 30, height: 20 }
const rect = (x: number, y: number, width: number, height: number) => ({ x, y, width, height })
type Rect = ReturnType<typeof rect>

function sidesOf(things: readonly Rect[], holes: readonly Rect[] = []): Uint8Array {
  const sides = new Uint8Array(size.width * size.height)
  const paint = (side: number) => (each: Rect) => {
    for (let y = each.y; y < each.y + each.height; y += 1) {
      sides.fill(side, y * size.width + each.x, y * size.width + each.x + each.width)
    }
  }
  things.forEach(paint(1))
  holes.forEach(paint(0))
  return sides
}

const unknown = new Uint8Array(size.width * size.height).fill(seed.maybeThing)
const large = rect(2, 2, 12, 12)
const other = rect(20, 4, 6, 6)
const speck = rect(27, 15, 2, 2)

describe('tidyCut', () => {
  test('drops specks and fills small holes', () => {
    const tidy = tidyCut(sidesOf([large, other, speck], [rect(5, 5, 2, 2)]), unknown, size)
    expect(tidy).toEqual(sidesOf([large, other]))
  })

  test('leaves large holes open', () => {
    const sides = sidesOf([large], [rect(4, 4, 6, 6)])
    expect(tidyCut(sides, unknown, size)).toEqual(sides)
  })

  test('leaves a hole open that was excluded', () => {
    const sides = sidesOf([large], [rect(5, 5, 2, 2)])
    const seeds = unknown.slice()
    seeds[5 * size.width + 5] = seed.excluded
    expect(tidyCut(sides, seeds, size)).toEqual(sides)
  })

  test('keeps only the pieces that were pointed at, however small', () => {
    const seeds = unknown.slice()
    seeds[15 * size.width + 27] = seed.thing
    expect(tidyCut(sidesOf([large, other, speck]), seeds, size)).toEqual(sidesOf([speck]))
  })

  test('has nothing to do where nothing is selected', () => {
    expect(tidyCut(sidesOf([]), unknown, size)).toEqual(sidesOf([]))
  })
})
