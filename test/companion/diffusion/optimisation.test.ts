import { describe, expect, test } from 'vitest'
import { optimisationFor } from '../../../companion/diffusion/optimisation.ts'

const pass = (steps: number, width = 512, height = 512, evaluations = 1) => ({
  size: { width, height },
  ...{ steps, evaluations },
})

describe('the UNet is optimised', () => {
  test.each([
    ['all the way for five steps with guidance', [pass(5)], 2, 'all'],
    ['less for four, as few-steps has', [pass(4)], 2, 'extended'],
    ['less for five without guidance, which has half as many rows', [pass(5)], 1, 'extended'],
    ['all the way for ten without guidance', [pass(10)], 1, 'all'],
    ['all the way for fewer steps of a larger picture', [pass(3, 768, 768)], 2, 'all'],
    ['less for as many of a smaller one', [pass(5, 512, 448)], 2, 'extended'],
    [
      'all the way where a fill of few steps is refined in many parts',
      [pass(2), pass(1, 1024, 768, 6)],
      2,
      'all',
    ],
  ] as const)('%s', (_, passes, rows, expected) => {
    expect(optimisationFor(passes, rows)).toBe(expected)
  })
})
