import { describe, expect, test } from 'vitest'
import type { FillJob } from '../../../companion/fill/fill.ts'
import { readMasks } from '../../../companion/fill/masks.ts'
import type { Image } from '../../../companion/image/image.ts'
import { pngOf } from '../../support/encoded.ts'
import { fillJob, quietRun } from '../../support/fill-job.ts'
import { gradientImage, paintImage, paintMask, rectMask } from '../../support/images.ts'
import { stubEngine } from '../../support/stub-engine.ts'

const size = [61, 43] as const
const left = { x: 0, y: 0, width: 30, height: 43 }
const right = { x: 30, y: 0, width: 31, height: 43 }

const leftMask = await pngOf(rectMask(...size, left))
const rightMask = await pngOf(rectMask(...size, right))
const turnedMask = await pngOf(rectMask(43, 61, left))
const emptyMask = await pngOf(rectMask(...size))
const fullMask = await pngOf(paintMask(...size, () => true))

function jobWith(changed: Partial<FillJob>, image: Image = gradientImage()): FillJob {
  return fillJob({ picture: { image, fills: null, iccProfile: null, notes: [] }, ...changed })
}

describe('readMasks', () => {
  test('reads the mask, and the avoided pixels where there are some', async () => {
    const sent = { mask: leftMask, avoid: emptyMask }

    expect(await readMasks(jobWith({ ...sent, avoid: null }), quietRun.signal)).toEqual({
      mask: rectMask(...size, left),
      avoid: null,
    })
    expect(await readMasks(jobWith(sent), quietRun.signal)).toEqual({
      mask: rectMask(...size, left),
      avoid: rectMask(...size),
    })
  })

  test.each([
    ['no mask', {}, 'mask-unreadable'],
    ['a mask that is no PNG', { mask: Buffer.from('?') }, 'mask-unreadable'],
    ['a mask of another shape', { mask: turnedMask }, 'mask-size'],
    ['a mask that marks nothing', { mask: emptyMask }, 'mask-empty'],
    ['a mask that marks all', { mask: fullMask }, 'mask-covers-all'],
    ['a mask and an avoid that cover all together', { mask: leftMask, avoid: rightMask }, 'mask-covers-all'],
    ['an avoid of another shape', { mask: leftMask, avoid: turnedMask }, 'mask-size'],
    ['an avoid that is no PNG', { mask: leftMask, avoid: Buffer.from('?') }, 'mask-unreadable'],
  ])('refuses %s', async (_name, sent, code) => {
    await expect(readMasks(jobWith(sent), quietRun.signal)).rejects.toMatchObject({
      name: 'CompanionError',
      code,
    })
  })

  test('lets an engine that needs nothing to copy from fill all', async () => {
    const { mask } = await readMasks(
      jobWith({ mask: fullMask, engine: stubEngine({ takesPrompt: true, tasks: ['fill'] }), task: 'fill' }),
      quietRun.signal,
    )

    expect(mask).toEqual(paintMask(...size, () => true))
  })

  describe('to expand', () => {
    const open = paintImage(...size, (x) => [9, 9, 9, x < 20 ? 127 : 128])

    test('marks what is transparent, without a mask', async () => {
      expect(await readMasks(jobWith({ task: 'expand' }, open), quietRun.signal)).toEqual({
        mask: paintMask(...size, (x) => x < 20),
        avoid: null,
      })
    })

    test('marks what is transparent and what is masked', async () => {
      const mask = await pngOf(paintMask(...size, (_x, y) => y > 40))

      expect((await readMasks(jobWith({ task: 'expand', mask }, open), quietRun.signal)).mask).toEqual(
        paintMask(...size, (x, y) => x < 20 || y > 40),
      )
    })

    test('refuses a picture with nothing to expand into', async () => {
      await expect(readMasks(jobWith({ task: 'expand' }), quietRun.signal)).rejects.toMatchObject({
        code: 'mask-empty',
      })
    })
  })
})
