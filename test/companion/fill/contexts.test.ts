import { describe, expect, test } from 'vitest'
import type { Limits } from '../../../companion/engines/engine.ts'
import { planContexts } from '../../../companion/fill/contexts.ts'
import { areaOf, isInside, overlap, union } from '../../../companion/image/rect.ts'
import type { Rect } from '../../../companion/protocol.ts'
import { paintMask, rectMask } from '../../support/images.ts'

const limits: Limits = { contextPx: () => 64, contextPixels: 2 ** 24, sideMultiple: 1 }

function plan(size: readonly [number, number], holes: readonly Rect[], changed: Partial<Limits> = {}) {
  return planContexts({ mask: rectMask(...size, ...holes), avoid: null }, { ...limits, ...changed }, 'remove')
}

const noOverlaps = { left: 0, top: 0, right: 0, bottom: 0 }

function sizeOf({ width, height }: Rect) {
  return { width, height }
}

describe('planContexts', () => {
  test.each([
    ['in the middle', { x: 300, y: 200, width: 40, height: 30 }, { x: 236, y: 136, width: 168, height: 158 }],
    ['in a corner', { x: 0, y: 470, width: 20, height: 10 }, { x: 0, y: 406, width: 84, height: 74 }],
    [
      'as wide as the picture',
      { x: 0, y: 200, width: 640, height: 2 },
      { x: 0, y: 136, width: 640, height: 130 },
    ],
  ])('gives a hole %s its margin inside the picture', (_name, hole, rect) => {
    expect(plan([640, 480], [hole])).toEqual([
      { hole, slices: [{ rect, work: sizeOf(rect), overlaps: noOverlaps }], fadePx: 0 },
    ])
  })

  test('asks the engine for the margin of this hole and task', () => {
    const asked: unknown[] = []
    const contextPx: Limits['contextPx'] = (hole, task) => {
      asked.push([hole.width, hole.height, task])
      return hole.width * 2
    }

    const [context] = plan([640, 480], [{ x: 300, y: 200, width: 40, height: 30 }], { contextPx })

    expect(context!.slices[0]!.rect).toEqual({ x: 220, y: 120, width: 200, height: 190 })
    expect(asked).toContainEqual([40, 30, 'remove'])
  })

  test.each([
    [
      'near ones',
      [
        { x: 100, y: 100, width: 30, height: 20 },
        { x: 150, y: 110, width: 30, height: 20 },
      ],
      1,
    ],
    [
      'far ones',
      [
        { x: 100, y: 100, width: 30, height: 20 },
        { x: 500, y: 400, width: 30, height: 20 },
      ],
      2,
    ],
    [
      'two near ones and a far one',
      [
        { x: 40, y: 40, width: 9, height: 9 },
        { x: 70, y: 40, width: 9, height: 9 },
        { x: 600, y: 440, width: 9, height: 9 },
      ],
      2,
    ],
    [
      // Three in an L: the first two are joined by the third alone.
      'ones joined by a third',
      [
        { x: 100, y: 100, width: 200, height: 10 },
        { x: 100, y: 300, width: 200, height: 10 },
        { x: 95, y: 100, width: 5, height: 210 },
      ],
      1,
    ],
  ])('lets %s share a context where that is cheaper', (_name, holes, expected) => {
    expect(plan([640, 480], holes)).toHaveLength(expected)
  })

  test('joins two holes of which one would see what the other is filled with, though that is more work', () => {
    const [upper, lower] = [
      { x: 200, y: 200, width: 20, height: 20 },
      { x: 280, y: 260, width: 20, height: 20 },
    ]

    expect(plan([640, 480], [upper, lower])).toHaveLength(1)
    expect(plan([640, 480], [upper, { ...lower, y: 285 }])).toHaveLength(2)
  })

  test('does not run an engine 500 times for 500 specks', () => {
    const specks = paintMask(4000, 3000, (x, y) => x % 160 < 4 && y % 150 < 4)

    const contexts = planContexts(
      { mask: specks, avoid: null },
      { ...limits, contextPx: () => 384, contextPixels: 2 ** 24 },
      'remove',
    )

    const work = contexts.flatMap(({ slices }) => slices).reduce((sum, { rect }) => sum + areaOf(rect), 0)
    expect(contexts.length).toBeLessThanOrEqual(4)
    expect(work).toBeLessThanOrEqual(2 * 4000 * 3000)
  })

  test('lets specks share several contexts rather than shrinking one that holds them all', () => {
    const specks = paintMask(4000, 3000, (x, y) => x % 160 < 4 && y % 150 < 4)

    const contexts = planContexts(
      { mask: specks, avoid: null },
      { ...limits, contextPx: () => 384, contextPixels: 2 ** 21 },
      'remove',
    )

    expect(
      Math.min(...contexts.flatMap(({ slices }) => slices.map(({ rect, work }) => work.width / rect.width))),
    ).toBeGreaterThan(0.7)
    expect(contexts.length).toBeLessThan(60)
  })

  test('covers each masked pixel by exactly one hole, each inside its context, each inside the picture', () => {
    const mask = paintMask(700, 500, (x, y) => (x * 7919 + y * 104_729) % 9973 < 6)

    const contexts = planContexts({ mask, avoid: null }, { ...limits, contextPx: () => 24 }, 'remove')

    expect(contexts.length).toBeGreaterThan(1)
    for (const { hole, slices } of contexts) {
      const { rect } = slices[0]!
      expect(isInside(rect, mask)).toBe(true)
      expect(union(rect, hole)).toEqual(rect)
    }
    const pairs = contexts.flatMap((a, i) => contexts.slice(i + 1).map((b) => [a.hole, b.hole] as const))
    expect(pairs.filter(([a, b]) => overlap(a, b))).toEqual([])
    for (const [pixel, value] of mask.data.entries()) {
      const at = { x: pixel % 700, y: Math.floor(pixel / 700), width: 1, height: 1 }
      if (value === 255 && !contexts.some(({ hole }) => overlap(hole, at))) expect(at).toBe('in a hole')
    }
  })

  test('lets a hole beside the bends of a long one be seen at a scale of its own, before it', () => {
    const mask = paintMask(
      1400,
      1000,
      (x, y) => Math.abs(7 * y - 5 * x) < 12 || Math.hypot(x - 1100, y - 250) < 120,
    )
    const engine = { ...limits, contextPixels: 40_000, slicing: { depthPx: 60, overlapPx: 64 } }

    const [disc, wire, ...others] = planContexts({ mask, avoid: null }, engine, 'remove')

    expect(others).toEqual([])
    expect(disc!.slices).toHaveLength(1)
    expect(disc!.slices[0]!.work.width / disc!.slices[0]!.rect.width).toBeCloseTo(0.5, 1)
    expect(wire!.slices.length).toBeGreaterThan(8)
    for (const { rect, work } of wire!.slices) expect(work).toEqual(sizeOf(rect))
  })

  test('lets those of one size follow each other, the smallest first', () => {
    const engine = { contextPx: () => 54, contextPixels: 300 * 300, sideMultiple: 128 }
    const contexts = plan(
      [1600, 900],
      [
        { x: 60, y: 60, width: 20, height: 20 },
        { x: 700, y: 400, width: 60, height: 2 },
        { x: 1400, y: 700, width: 10, height: 10 },
      ],
      engine,
    )

    expect(contexts.map(({ hole, slices }) => [hole.width, slices[0]!.work.width])).toEqual([
      [10, 128],
      [20, 128],
      [60, 256],
    ])
  })

  test('scales down a context that is larger than the engine takes', () => {
    const hole = { x: 100, y: 100, width: 400, height: 200 }

    const [context] = plan([640, 480], [hole], { contextPixels: 40_000 })

    expect(context!.slices[0]!.rect).toEqual({ x: 36, y: 36, width: 528, height: 329 })
    expect(context!.slices[0]!.work).toEqual({ width: 253, height: 158 })
  })

  test.each([
    [
      'by taking in more of the picture',
      [640, 480],
      { x: 200, y: 200, width: 41, height: 31 },
      { width: 176, height: 160 },
    ],
    ['at the border', [640, 480], { x: 620, y: 460, width: 20, height: 20 }, { width: 88, height: 88 }],
    [
      'by enlarging a picture that has no more',
      [101, 77],
      { x: 40, y: 30, width: 9, height: 9 },
      { width: 104, height: 80 },
    ],
  ] as const)('makes sides whole multiples, %s', (_name, size, hole, work) => {
    const [context] = plan(size, [hole], { sideMultiple: 8 })

    expect(context!.slices[0]!.work).toEqual(work)
    expect(isInside(context!.slices[0]!.rect, { width: size[0], height: size[1] })).toBe(true)
  })

  test('keeps multiples when scaling down', () => {
    const [context] = plan([640, 480], [{ x: 100, y: 100, width: 400, height: 200 }], {
      contextPixels: 40_000,
      sideMultiple: 16,
    })

    expect(context!.slices[0]!.work.width % 16).toBe(0)
    expect(context!.slices[0]!.work.height % 16).toBe(0)
    expect(areaOf(context!.slices[0]!.work)).toBeLessThanOrEqual(40_000)
  })

  test('looks at the whole picture where a context would hold nothing to copy', () => {
    const hole = { x: 0, y: 0, width: 30, height: 30 }
    const avoid = rectMask(640, 480, { x: 0, y: 0, width: 200, height: 200 })

    const contexts = planContexts({ mask: rectMask(640, 480, hole), avoid }, limits, 'remove')

    expect(contexts[0]!.slices[0]!.rect).toEqual({ x: 0, y: 0, width: 640, height: 480 })
  })
})
