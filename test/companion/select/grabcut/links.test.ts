import { describe, expect, test } from 'vitest'
import { edgeShare, linksOf } from '../../../../companion/select/grabcut/links.ts'

const size = { width: 7, height: 5 }
const whole = { x: 0, y: 0, ...size }

/** Dark on the left, light from the column `edge` on. */
function halves(edge: number) {
  const colours = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (Math.floor(i / 3) % 7 < edge ? 20 : 220))
  return { ...size, colours }
}

const sidesFrom = (column: number) =>
  Uint8Array.from({ length: 35 }, (_, pixel) => (pixel % 7 < column ? 0 : 1))

describe('linksOf', () => {
  test('costs little where colours differ, and less for neighbours that touch at a corner', () => {
    const { costs } = linksOf(halves(3), whole)
    const at = (x: number, y: number) => Array.from(costs.subarray((y * 7 + x) * 4, (y * 7 + x) * 4 + 4))
    const [right, below, belowRight, belowLeft] = at(5, 1)
    expect([right, below]).toEqual([1280, 1280])
    expect([belowRight, belowLeft]).toEqual([905, 905])
    expect(at(2, 1)[0]).toBeLessThan(200)
  })

  test('has none across the border', () => {
    const { costs } = linksOf(halves(3), whole)
    const last = 4 * 7 + 6
    expect(Array.from(costs.subarray(last * 4, last * 4 + 4))).toEqual([0, 0, 0, 0])
    expect(costs[3]).toBe(0)
  })

  test('of an area are those of the whole there, and none elsewhere', () => {
    const area = { x: 2, y: 1, width: 3, height: 3 }
    const [all, part] = [linksOf(halves(3), whole), linksOf(halves(3), area)]
    expect(part.costs[(1 * 7 + 2) * 4]).toBe(all.costs[(1 * 7 + 2) * 4])
    expect(part.costs[(1 * 7 + 4) * 4]).toBe(0)
    expect(part.costs[0]).toBe(0)
  })

  test('of a plain picture are all alike', () => {
    const { costs } = linksOf({ ...size, colours: new Uint8Array(7 * 5 * 3).fill(90) }, whole)
    expect(new Set(costs)).toEqual(new Set([1280, 905, 0]))
  })
})

describe('edgeShare', () => {
  test('is high along an edge of the picture, and nothing across a plain part', () => {
    const links = linksOf(halves(3), whole)
    expect(edgeShare(size, links, sidesFrom(3))).toBeGreaterThan(0.8)
    expect(edgeShare(size, links, sidesFrom(5))).toBe(0)
    expect(edgeShare(size, links, new Uint8Array(35))).toBe(0)
  })
})
