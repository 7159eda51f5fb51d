import { describe, expect, test } from 'vitest'
import type { Limits, Tile } from '../../../companion/engines/engine.ts'
import { fillContexts } from '../../../companion/fill/fill-contexts.ts'
import { planFill } from '../../../companion/fill/plan.ts'
import type { Image } from '../../../companion/image/image.ts'
import { expectSameImage, expectSamePixelsWhere, pixelAt } from '../../support/assert-image.ts'
import { quietRun } from '../../support/fill-job.ts'
import { gradientImage, plainImage, rectMask } from '../../support/images.ts'

const limits: Limits = {
  contextPx: () => 24,
  contextPixels: 120 * 100,
  sideMultiple: 1,
  slicing: { depthPx: 20, overlapPx: 40 },
}
const picture = gradientImage(601, 243)
const mask = rectMask(
  601,
  243,
  { x: 20, y: 110, width: 560, height: 9 },
  { x: 300, y: 118, width: 7, height: 110 },
)
const settings = { task: 'remove', options: { growPx: 0, featherPx: 0 } } as const
const plan = await planFill(picture, { mask, avoid: null }, limits, settings, quietRun)

function fillWith(fillTile: (tile: Tile, run: number) => Image): Promise<Image> {
  let run = 0
  return fillContexts(picture, plan, { fillTile: async (tile) => fillTile(tile, run++) }, quietRun)
}

describe('fillContexts', () => {
  test('tells what was sliced', () => {
    expect(plan.contexts).toHaveLength(1)
    expect(plan.used.tiles).toBeGreaterThan(5)
    expect(plan.used.notes).toEqual([
      `What is too long to be seen at once was filled in ${plan.used.tiles} overlapping slices.`,
    ])
  })

  test('leaves a fill that all slices agree on as it is, bit for bit', async () => {
    const filled = await fillWith(({ image }) => image)

    expectSameImage(filled, picture)
  })

  test('fades from slice to slice, and fills every pixel of the hole and no other', async () => {
    const greys = [10, 200]
    const filled = await fillWith(({ image }, run) => {
      const grey = greys[run % 2]!
      return plainImage(image.width, image.height, [grey, grey, grey, 255])
    })

    expectSamePixelsWhere(filled, picture, (x, y) => mask.data[y * 601 + x] === 0)
    const row = Array.from({ length: 560 }, (_, i) => pixelAt(filled, 20 + i, 112)[0]!)
    expect(Math.min(...row)).toBe(10)
    expect(Math.max(...row)).toBe(200)
    const steps = row.slice(1).map((value, i) => Math.abs(value - row[i]!))
    expect(Math.max(...steps)).toBeLessThan(20)
  })

  test('marks the whole hole for each slice, whatever earlier ones have filled', async () => {
    const marked = new Set<string>()
    await fillWith(({ image, mask: tileMask }, run) => {
      const { rect } = plan.contexts[0]!.slices[run]!
      for (const [pixel, value] of tileMask.data.entries()) {
        const x = rect.x + (pixel % rect.width)
        const y = rect.y + Math.floor(pixel / rect.width)
        if (value !== mask.data[y * 601 + x]) marked.add(`${run}: ${x}, ${y}`)
      }
      return image
    })

    expect(marked).toEqual(new Set())
  })
})
