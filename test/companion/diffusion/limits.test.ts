import { expect, test } from 'vitest'
import { diffusionLimits } from '../../../companion/diffusion/limits.ts'
import { planFill, slicesOf } from '../../../companion/fill/plan.ts'
import { quietRun } from '../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../support/images.ts'

test.each([
  { what: 'a middling hole', side: 512, hole: { x: 600, y: 300, width: 300, height: 200 } },
  { what: 'a large hole, scaled down', side: 512, hole: { x: 300, y: 150, width: 520, height: 480 } },
  { what: 'a small hole, scaled up', side: 512, hole: { x: 900, y: 500, width: 90, height: 120 } },
  { what: 'a hole for a larger side', side: 1024, hole: { x: 350, y: 200, width: 500, height: 420 } },
])('$what is about half of what is seen, in sides that are multiples of 64', async ({ side, hole }) => {
  const image = gradientImage(1200, 800)
  const masks = { mask: rectMask(1200, 800, hole), avoid: null }
  const settings = { task: 'fill', options: { growPx: 0, featherPx: 0 } } as const
  const plan = await planFill(image, masks, diffusionLimits(side), settings, quietRun)

  const [slice] = slicesOf(plan)
  const { work, rect } = slice!
  expect([work.width % 64, work.height % 64]).toEqual([0, 0])
  expect(work.width * work.height).toBeLessThanOrEqual(side * side)
  const share = Math.max(hole.width / rect.width, hole.height / rect.height)
  expect(share).toBeGreaterThanOrEqual(0.4)
  expect(share).toBeLessThanOrEqual(0.6)
})
