import { describe, expect, test } from 'vitest'
import { optimisationFor } from '../../../companion/diffusion/optimisation.ts'

const pass = (steps: number, width = 512, height = 512, evaluations = 1) => ({
  size: { width, height },
  ...{ steps, evaluations },
})

describe('the UNet is optimised', () => {
  test.each([
    ['all the way for ten steps with guidance', [pass(10)], 2, 'all'],
    ['less for nine', [pass(9)], 2, 'extended'],
    ['less for ten without guidance, which has half as many rows', [pass(10)], 1, 'extended'],
    ['all the way for twenty without guidance', [pass(20)], 1, 'all'],
    ['less for the four steps of few-steps', [pass(4)], 2, 'extended'],
    ['all the way for fewer steps of a larger picture', [pass(5, 768, 768)], 2, 'all'],
    ['less for as many of a smaller one', [pass(10, 512, 448)], 2, 'extended'],
    [
      'all the way where a fill of few steps is refined in many parts',
      [pass(4), pass(2, 1024, 768, 6)],
      2,
      'all',
    ],
  ] as const)('%s', (_, passes, rows, expected) => {
    expect(optimisationFor(passes, rows)).toBe(expected)
  })
})
