import { describe, expect, test } from 'vitest'
import type { Limits } from '../../../companion/engines/engine.ts'
import { planFill } from '../../../companion/fill/plan.ts'
import type { Options } from '../../../companion/protocol.ts'
import { quietRun } from '../../support/fill-job.ts'
import { discMask, gradientImage, rectMask } from '../../support/images.ts'

const limits: Limits = { contextPx: () => 16, contextPixels: 2 ** 24, sideMultiple: 1 }
const image = gradientImage(240, 150)
const masks = { mask: discMask(240, 150, 60, 70, 10), avoid: null }

function plan(options: Options) {
  return planFill(image, masks, limits, { task: 'remove', options }, quietRun)
}

describe('planFill', () => {
  test.each([
    ['nothing', {}, { growPx: 2, featherPx: 1 }],
    ['both', { growPx: 0, featherPx: 9 }, { growPx: 0, featherPx: 9 }],
    ['growPx', { growPx: 7 }, { growPx: 7, featherPx: 1 }],
    ['featherPx', { featherPx: 0 }, { growPx: 2, featherPx: 0 }],
  ])('takes what was asked for and chooses the rest: %s', async (_name, options, edge) => {
    expect((await plan(options)).used).toMatchObject(edge)
  })

  test('the engine fills exactly what will be seen', async () => {
    const { alpha, mask } = await plan({ growPx: 3, featherPx: 4 })

    expect(mask.data).toEqual(alpha.data.map((value) => (value > 0 ? 255 : 0)))
    expect(alpha.data.some((value) => value > 0 && value < 255)).toBe(true)
  })

  test('tells the size of the largest context and how many there are', async () => {
    const far = { mask: rectMask(240, 150, square(10, 10, 4), square(180, 90, 20)), avoid: null }

    const settings = { task: 'remove', options: { growPx: 0, featherPx: 0 } } as const
    const { used } = await planFill(image, far, limits, settings, quietRun)

    expect(used).toMatchObject({ workWidth: 52, workHeight: 52, tiles: 2, notes: [] })
  })

  test('does not grow over the last pixels that can be copied', async () => {
    const almostAll = { mask: rectMask(240, 150, { x: 0, y: 0, width: 239, height: 150 }), avoid: null }

    const settings = { task: 'remove', options: { growPx: 4 } } as const
    const { used, alpha } = await planFill(image, almostAll, limits, settings, quietRun)

    expect(used).toMatchObject({
      growPx: 0,
      featherPx: 0,
      notes: [expect.stringContaining('exactly at the mask')],
    })
    expect(alpha.data).toEqual(almostAll.mask.data)
  })

  test('ends between two steps when cancelled', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')

    const planning = planFill(
      image,
      masks,
      limits,
      { task: 'remove', options: {} },
      { signal: controller.signal },
    )
    controller.abort(reason)

    await expect(planning).rejects.toBe(reason)
  })
})

function square(x: number, y: number, sidePx: number) {
  return { x, y, width: sidePx, height: sidePx }
}
