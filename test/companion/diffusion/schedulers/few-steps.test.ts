import { expect, test } from 'vitest'
import { stableDiffusionNoise } from '../../../../companion/diffusion/schedulers/config.ts'
import { spacedFor } from '../../../../companion/diffusion/schedulers/few-steps.ts'

test.each([
  [9, 'trailing'],
  [10, null],
])('%i steps are spaced %s', (steps, spacing) => {
  expect(spacedFor(steps, stableDiffusionNoise).timestepSpacing).toBe(spacing)
})

test('what the model says of its spacing is kept', () => {
  const own = { ...stableDiffusionNoise, timestepSpacing: 'linspace' } as const
  expect(spacedFor(4, own)).toBe(own)
})
