import { describe, expect, test } from 'vitest'
import { stableDiffusionNoise } from '../../../../companion/diffusion/schedulers/config.ts'
import { schedulers } from '../../../../companion/diffusion/schedulers/index.ts'
import {
  alphasCumprod,
  roundHalfToEven,
  skippedSteps,
  solverTimesteps,
  spacedTimesteps,
} from '../../../../companion/diffusion/schedulers/noise-schedule.ts'
import { karrasSigmas, timestepOf, trainedSigmas } from '../../../../companion/diffusion/schedulers/sigmas.ts'

const alphas = alphasCumprod(stableDiffusionNoise)
const sigmas = trainedSigmas(alphas)
const normal = () => expect.unreachable()

test('ᾱ and σ are those of Stable Diffusion’s training', () => {
  expect([alphas[0], alphas[981], alphas[999]]).toEqual([
    expect.closeTo(0.99915, 7),
    expect.closeTo(0.0057755, 7),
    expect.closeTo(0.0046601, 7),
  ])
  expect([sigmas[0], sigmas[999]]).toEqual([expect.closeTo(0.0291675, 6), expect.closeTo(14.6146555, 5)])
})

test('the noise levels of Karras et al. run from the largest to the smallest', () => {
  const levels = karrasSigmas(sigmas, 20)
  expect([levels[0], levels[1], levels[2], levels[18], levels[19]]).toEqual(
    [14.6147, 11.7254, 9.3402, 0.0485, 0.0292].map((level) => expect.closeTo(level, 4)),
  )
})

test('each σ of the training belongs to its timestep', () => {
  for (const timestep of [0, 1, 2, 417, 998, 999])
    expect(timestepOf(sigmas, sigmas[timestep]!)).toBe(timestep)
  expect(timestepOf(sigmas, 1000)).toBe(999)
  expect(timestepOf(sigmas, 0)).toBe(0)
})

describe('timesteps', () => {
  test.each([
    { spacing: 'leading', steps: 5, timesteps: [801, 601, 401, 201, 1] },
    { spacing: 'trailing', steps: 4, timesteps: [999, 749, 499, 249] },
    { spacing: 'trailing', steps: 3, timesteps: [999, 666, 332] },
    { spacing: 'linspace', steps: 4, timesteps: [999, 666, 333, 0] },
    { spacing: 'linspace', steps: 1, timesteps: [0] },
  ] as const)('$spacing: $steps of them', ({ spacing, steps, timesteps }) => {
    expect(spacedTimesteps(stableDiffusionNoise, spacing, steps)).toEqual(timesteps)
  })

  test.each([
    { spacing: 'leading', steps: 4, timesteps: [801, 601, 401, 201] },
    { spacing: 'trailing', steps: 4, timesteps: [999, 749, 499, 249] },
    { spacing: 'linspace', steps: 4, timesteps: [999, 749, 500, 250] },
  ] as const)('$spacing: $steps of them for the solvers', ({ spacing, steps, timesteps }) => {
    expect(solverTimesteps(stableDiffusionNoise, spacing, steps)).toEqual(timesteps)
  })

  test('of PNDM have the second twice, or Runge and Kutta’s at the beginning', () => {
    const timesteps = (skipPrkSteps: boolean) =>
      schedulers.pndm({ ...stableDiffusionNoise, skipPrkSteps }, { steps: 10, normal }).timesteps
    expect(timesteps(true)).toEqual([901, 801, 801, 701, 601, 501, 401, 301, 201, 101, 1])
    expect(timesteps(false)).toEqual([
      ...[901, 851, 851, 801, 801, 751, 751, 701, 701, 651, 651, 601],
      ...[601, 501, 401, 301, 201, 101, 1],
    ])
  })

  test('that a scheduler does not have are refused', () => {
    const refused = (id: 'pndm' | 'lcm', steps: number) => () =>
      schedulers[id]({ ...stableDiffusionNoise, skipPrkSteps: false }, { steps, normal })
    expect(refused('pndm', 3)).toThrow('needs 4 steps or more. Choose more than 3.')
    expect(refused('lcm', 51)).toThrow('at most 50 steps, and 4 to 8 are enough. Choose fewer than 51.')
    expect(refused('pndm', 4)().timesteps).toHaveLength(13)
    expect(refused('lcm', 50)().timesteps).toHaveLength(50)
  })

  test('can be spaced as the configuration asks', () => {
    const config = { ...stableDiffusionNoise, timestepSpacing: 'trailing' } as const
    for (const id of ['ddim', 'ddpm', 'euler', 'euler-a', 'dpmpp-2m', 'unipc'] as const) {
      expect(schedulers[id](config, { steps: 4, normal }).timesteps).toEqual([999, 749, 499, 249])
    }
  })
})

test.each([
  { steps: 50, strength: 1, skipped: 0 },
  { steps: 50, strength: 0.8, skipped: 10 },
  { steps: 50, strength: 0.99, skipped: 1 },
  { steps: 4, strength: 0.2, skipped: 4 },
  // 100 × 0.29 is a little less than 29.
  { steps: 100, strength: 0.29, skipped: 72 },
])('$steps steps of strength $strength leave $skipped out', ({ steps, strength, skipped }) => {
  expect(skippedSteps({ steps, strength, normal })).toBe(skipped)
})

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [2.4, 2],
  [2.6, 3],
])('%f is rounded to %i, as in Python', (value, rounded) => {
  expect(roundHalfToEven(value) + 0).toBe(rounded)
})
