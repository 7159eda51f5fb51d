import { describe, expect, test } from 'vitest'
import type { Engine, Limits } from '../../../companion/engines/engine.ts'
import { chooseDetailEngine, Detail, type DetailJob } from '../../../companion/fill/detail.ts'
import { type Plan, planFill } from '../../../companion/fill/plan.ts'
import type { Image } from '../../../companion/image/image.ts'
import { expectSameImage, expectSamePixelsWhere, pixelAt } from '../../support/assert-image.ts'
import { quietRun } from '../../support/fill-job.ts'
import { paintImage, rectMask } from '../../support/images.ts'
import { stubEngine } from '../../support/stub-engine.ts'

const limits: Limits = { contextPx: () => 60, contextPixels: 70 * 60, sideMultiple: 1 }
const hole = { x: 100, y: 70, width: 41, height: 30 }
const mask = rectMask(260, 170, hole)
const isInHole = (x: number, y: number) => mask.data[y * 260 + x] !== 0

/** Fine checks of 120 ± 30, but of 60 ± 30 in the lowest rows. */
const picture = paintImage(260, 170, (x, y) => {
  const grey = (y < 130 ? 120 : 60) + ((x + y) % 2 === 0 ? 30 : -30)
  return [grey, grey, grey, 255]
})
/** Filled with the mean of the checks. */
const smooth = paintImage(260, 170, (x, y) =>
  isInHole(x, y) ? [120, 120, 120, 255] : pixelAt(picture, x, y),
)

/** An engine that finds what lies so far from each pixel. */
function finder(dx: number, dy: number, largest = 2 ** 24): Engine & { readonly guides: readonly Image[] } {
  const guides: Image[] = []
  return {
    ...stubEngine({ title: 'Finder', limits: { contextPixels: largest } }),
    guides,
    async followGuide(tile, guide) {
      guides.push(guide)
      return Int32Array.from(tile.mask.data, (value, place) =>
        value === 0 ? -1 : place + dx + dy * tile.image.width,
      )
    },
  }
}

function planned(changed: Partial<Limits> = {}): Promise<Plan> {
  const settings = { task: 'remove', options: { growPx: 0, featherPx: 0 } } as const
  return planFill(picture, { mask, avoid: null }, { ...limits, ...changed }, settings, quietRun)
}

async function restored(job: Partial<DetailJob>, plan?: Plan, filled = smooth): Promise<Image> {
  const seen = plan ?? (await planned())
  const detail = new Detail({ task: 'remove', detailEngine: null, ...job }, seen)
  const result = { ...filled, data: filled.data.slice() }
  for (const context of seen.contexts) await detail.restore(result, mask, context, () => quietRun)
  return result
}

describe('Detail', () => {
  test('gives a smooth fill what the found places have that is finer', async () => {
    const result = await restored({ detailEngine: finder(42, 0) })

    const reds = Array.from({ length: hole.width }, (_, i) => pixelAt(result, hole.x + i, 85)[0]!)
    expect(Math.min(...reds)).toBeLessThan(95)
    expect(Math.max(...reds)).toBeGreaterThan(145)
    expectSamePixelsWhere(result, picture, (x, y) => !isInHole(x, y))
  })

  test('keeps the colours of the fill, whatever those of the places are', async () => {
    const result = await restored({ detailEngine: finder(0, 60) })

    let sum = 0
    for (let y = hole.y; y < hole.y + hole.height; y += 1) {
      for (let x = hole.x; x < hole.x + hole.width; x += 1) sum += pixelAt(result, x, y)[0]!
    }
    expect(sum / (hole.width * hole.height)).toBeCloseTo(120, 0)
  })

  test('gives less of a place that is unlike the fill', async () => {
    const contrastOf = (image: Image) => Math.abs(pixelAt(image, 120, 74)[0]! - pixelAt(image, 121, 74)[0]!)

    const alike = contrastOf(await restored({ detailEngine: finder(42, 0) }))
    const unlike = contrastOf(await restored({ detailEngine: finder(0, 60) }))

    expect(alike).toBeGreaterThan(40)
    expect(unlike).toBeGreaterThan(0)
    expect(unlike).toBeLessThan(alike / 3)
  })

  test('shows the engine the fill at the size it was computed at', async () => {
    const engine = finder(42, 0)
    const plan = await planned()
    await restored({ detailEngine: engine }, plan)

    const { rect, work } = plan.contexts[0]!.slices[0]!
    expect(engine.guides).toHaveLength(1)
    expect(engine.guides[0]!.width / rect.width).toBeCloseTo(work.width / rect.width, 1)
  })

  test('counts its runs, and says what it did', async () => {
    const detail = new Detail({ task: 'remove', detailEngine: finder(42, 0) }, await planned())

    expect(detail.runs).toBe(1)
    expect(detail.notes).toEqual([
      'Fine detail was copied from other parts of the picture, which Finder found.',
    ])
  })

  test.each([
    ['another task than remove', { task: 'fill' as const, detailEngine: finder(42, 0) }],
    ['nobody to find it', { detailEngine: null }],
    ['too much to search', { detailEngine: finder(42, 0, 1000) }],
  ])('is grain where there is %s', async (_name, job) => {
    const noisy = paintImage(260, 170, (x, y) =>
      isInHole(x, y)
        ? [120, 120, 120, 255]
        : [110 + ((31 * x * x + 17 * y * y + 13 * x * y) % 21), 120, 120, 255],
    )
    const detail = new Detail({ task: 'remove', ...job }, await planned())
    const result = await restored(job, await planned(), noisy)

    expect(detail.runs).toBe(0)
    expect(detail.notes).toEqual([])
    const row = Array.from({ length: hole.width }, (_, i) => pixelAt(result, hole.x + i, 85))
    expect(new Set(row.map(([red]) => red)).size).toBeGreaterThan(1)
    expect(new Set(row.map(([, green]) => green))).toEqual(new Set([120]))
  })

  test('leaves what was computed at full size as it is', async () => {
    const engine = finder(42, 0)
    expectSameImage(
      await restored({ detailEngine: engine }, await planned({ contextPixels: 2 ** 24 })),
      smooth,
    )
    expect(engine.guides).toEqual([])
  })
})

test('chooseDetailEngine takes the first that can find detail', () => {
  const engine = finder(0, 0)
  expect(chooseDetailEngine([stubEngine(), engine])).toBe(engine)
  expect(chooseDetailEngine([stubEngine()])).toBeNull()
})
