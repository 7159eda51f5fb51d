import { describe, expect, test } from 'vitest'
import type { Limits } from '../../../companion/engines/engine.ts'
import { lama } from '../../../companion/engines/lama/index.ts'
import { migan } from '../../../companion/engines/migan/index.ts'
import { planSlices, type Slice, weightAt } from '../../../companion/fill/slices.ts'
import type { Mask } from '../../../companion/image/image.ts'
import { boundsOf } from '../../../companion/image/mask.ts'
import { areaOf, inflate, isInside } from '../../../companion/image/rect.ts'
import { discMask, paintMask, rectMask } from '../../support/images.ts'

const limits: Limits = {
  contextPx: ({ width, height }) => Math.max(40, Math.max(width, height) / 2),
  contextPixels: 200 * 160,
  sideMultiple: 8,
  slicing: { depthPx: 30, overlapPx: 48 },
}

function plan(mask: Mask, changed: Limits = limits): Slice[] {
  const hole = boundsOf(mask)!
  const context = inflate(hole, Math.ceil(changed.contextPx(hole, 'remove')), mask)
  return planSlices({ hole, context }, { mask, avoid: null }, changed, 'remove')
}

/** Mostly larger than a tile, none square. */
const holes: readonly (readonly [string, Mask])[] = [
  ['a level wire', rectMask(900, 500, { x: 0, y: 240, width: 900, height: 5 })],
  ['an upright wire at the border', rectMask(500, 900, { x: 490, y: 0, width: 10, height: 900 })],
  ['a slanting wire', paintMask(900, 600, (x, y) => Math.abs(3 * y - 2 * x) < 12)],
  ['a frame', paintMask(820, 610, (x, y) => Math.min(x, y, 819 - x, 609 - y) < 20)],
  ['a thick bar', rectMask(1000, 400, { x: 30, y: 150, width: 930, height: 90 })],
  ['a line as long as a narrow picture', rectMask(1203, 61, { x: 0, y: 30, width: 1203, height: 3 })],
]

describe('planSlices', () => {
  test.each(holes)('cuts %s into tiles of the engine’s size that lie in the picture', (_name, mask) => {
    const slices = plan(mask)

    expect(slices.length).toBeGreaterThan(1)
    for (const { rect, work } of slices) {
      expect(isInside(rect, mask)).toBe(true)
      expect(areaOf(work)).toBeLessThanOrEqual(limits.contextPixels)
      expect([work.width % 8, work.height % 8]).toEqual([0, 0])
    }
    expect(new Set(slices.map(({ work }) => `${work.width} × ${work.height}`)).size).toBe(1)
  })

  test.each(holes)('gives every pixel of %s weights that add up to 1', (_name, mask) => {
    const slices = plan(mask)

    for (const [pixel, value] of mask.data.entries()) {
      if (value === 0) continue
      const x = pixel % mask.width
      const y = Math.floor(pixel / mask.width)
      const sum = slices.reduce((total, slice) => total + (isIn(slice, x, y) ? weightAt(slice, x, y) : 0), 0)
      if (Math.abs(sum - 1) > 1e-9) expect(sum, `at ${x}, ${y}`).toBe(1)
    }
  })

  test.each(holes)(
    'lets no slice of %s count near the border that a neighbour sees beyond',
    (_name, mask) => {
      const nearPx = limits.slicing!.overlapPx / 4 - 1
      for (const slice of plan(mask)) {
        const { rect, overlaps } = slice
        const right = rect.x + rect.width - 1
        const bottom = rect.y + rect.height - 1
        if (overlaps.left > 0) expect(weightAt(slice, rect.x + nearPx, bottom - rect.height / 2)).toBe(0)
        if (overlaps.right > 0) expect(weightAt(slice, right - nearPx, bottom - rect.height / 2)).toBe(0)
        if (overlaps.bottom > 0) expect(weightAt(slice, right - rect.width / 2, bottom - nearPx)).toBe(0)
      }
    },
  )

  test.each([
    ['a level wire', rectMask(4000, 3000, { x: 0, y: 1500, width: 4000, height: 6 }), 10],
    ['a wire across', paintMask(4000, 3000, (x, y) => Math.abs(4 * y - 3 * x) < 16), 24],
    ['a short wire', rectMask(4000, 3000, { x: 400, y: 1500, width: 640, height: 6 }), 1],
  ])('runs LaMa on what is needed for %s of 12 megapixels, at full size', (_name, mask, tiles) => {
    const slices = plan(mask, lama.limits)

    expect(slices).toHaveLength(tiles)
    for (const { rect, work } of slices) expect(work).toEqual({ width: rect.width, height: rect.height })
  })

  test.each([
    [60, 512],
    [125, 512],
    [250, 504],
    [500, 496],
    [900, 496],
  ])('shows LaMa a disc of %i px radius as a whole, at a scale of few hundred px', (radiusPx, sidePx) => {
    const [slice, ...others] = plan(discMask(4400, 4000, 2200, 2000, radiusPx), lama.limits)

    expect(others).toEqual([])
    expect(slice!.work.width).toBeGreaterThanOrEqual(sidePx - 8)
    expect(slice!.work.width).toBeLessThanOrEqual(520)
  })

  test('does not scale a disc down that is hardly too deep', () => {
    const [slice] = plan(discMask(4400, 4000, 2200, 2000, 140), lama.limits)

    expect(slice!.work).toEqual({ width: slice!.rect.width, height: slice!.rect.height })
  })

  test('makes a thick long hole smaller and cuts it all the same', () => {
    const slices = plan(rectMask(6000, 1400, { x: 100, y: 400, width: 5800, height: 500 }), lama.limits)

    expect(slices.length).toBeGreaterThan(1)
    for (const { rect, work } of slices) expect(work.width / rect.width).toBeCloseTo(0.5, 1)
  })

  test('shows MI-GAN squares of the size that its network works at', () => {
    const compact = plan(discMask(4400, 4000, 2200, 2000, 700), migan.limits)
    const long = plan(rectMask(4000, 3000, { x: 0, y: 1500, width: 4000, height: 6 }), migan.limits)

    expect(compact).toHaveLength(1)
    for (const { work } of [...compact, ...long]) {
      expect(work.width).toBeGreaterThan(420)
      expect(work.height).toBeGreaterThan(420)
      expect(areaOf(work)).toBeLessThanOrEqual(512 * 512)
    }
  })

  test('enlarges a small hole for an engine that draws badly at smaller sizes', () => {
    const { slicing: _, ...wholly } = limits
    const hole = rectMask(900, 500, { x: 400, y: 240, width: 20, height: 12 })
    const [slice] = plan(hole, { ...wholly, leastPixels: 160 * 140 })

    expect(areaOf(slice!.work)).toBeGreaterThan(160 * 140)
    expect(areaOf(slice!.work)).toBeLessThanOrEqual(limits.contextPixels)
    expect(slice!.work.width / slice!.rect.width).toBeCloseTo(slice!.work.height / slice!.rect.height, 1)
  })

  test('scales down for an engine that sees every hole as a whole', () => {
    const { slicing: _, ...wholly } = limits
    const slices = plan(holes[0]![1], wholly)

    expect(slices).toHaveLength(1)
    expect(slices[0]!.work.width).toBeLessThan(slices[0]!.rect.width)
  })
})

function isIn({ rect }: Slice, x: number, y: number): boolean {
  return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height
}
