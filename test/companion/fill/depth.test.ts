import { describe, expect, test } from 'vitest'
import { depthOf } from '../../../companion/fill/depth.ts'
import { boundsOf } from '../../../companion/image/mask.ts'
import { discMask, paintMask, rectMask } from '../../support/images.ts'

describe('depthOf', () => {
  test.each([
    ['a single pixel', rectMask(90, 60, { x: 40, y: 30, width: 1, height: 1 }), 1],
    ['a wire', rectMask(90, 60, { x: 0, y: 30, width: 90, height: 4 }), 2],
    ['a disc', discMask(90, 60, 45, 30, 20), Math.sqrt(401)],
    [
      'what ends at the border, where nothing is known beyond',
      rectMask(90, 60, { x: 0, y: 0, width: 30, height: 60 }),
      30,
    ],
    [
      'a wire and a disc, as the deeper of both',
      paintMask(90, 60, (x, y) => y === 2 || Math.hypot(x - 45, y - 30) < 12),
      12,
    ],
  ])('measures %s', (_name, mask, depthPx) => {
    expect(depthOf(boundsOf(mask)!, { mask, avoid: null })).toBeCloseTo(depthPx, 5)
  })

  test('takes what must not be copied for unknown', () => {
    const mask = rectMask(90, 60, { x: 40, y: 0, width: 10, height: 60 })
    const avoid = rectMask(90, 60, { x: 50, y: 0, width: 40, height: 60 })

    expect(depthOf(boundsOf(mask)!, { mask, avoid: null })).toBe(5)
    expect(depthOf(boundsOf(mask)!, { mask, avoid })).toBeGreaterThanOrEqual(10)
  })

  test('is right to a few per cent where the hole is large', () => {
    const mask = discMask(4000, 3000, 2000, 1500, 1200)

    const depthPx = depthOf(boundsOf(mask)!, { mask, avoid: null })

    expect(Math.abs(depthPx - 1200)).toBeLessThan(0.03 * 1200)
  })
})
