import { expect, test } from 'vitest'
import { createGenerator } from '../../../../companion/diffusion/noise.ts'
import { stableDiffusionNoise } from '../../../../companion/diffusion/schedulers/config.ts'
import { type SchedulerId, schedulers } from '../../../../companion/diffusion/schedulers/index.ts'
import type { SchedulerConfig } from '../../../../companion/diffusion/schedulers/scheduler.ts'

/*
 * diffusers' own tests of its schedulers (tests/schedulers/test_scheduler_*.py, Apache-2.0): sum and mean of the absolute
 * values that a run with a made-up network ends with.
 */

const linear: SchedulerConfig = {
  ...stableDiffusionNoise,
  betaStart: 0.0001,
  betaEnd: 0.02,
  betaSchedule: 'linear',
  stepsOffset: 0,
  clipSample: true,
  setAlphaToOne: true,
}
const euler: SchedulerConfig = { ...linear, trainTimesteps: 1100 }
const pndm: SchedulerConfig = { ...linear, setAlphaToOne: false, skipPrkSteps: false }
const dpmpp: SchedulerConfig = { ...linear, finalSigmas: 'sigma_min', lowerOrderFinal: false }
const unipc: SchedulerConfig = { ...linear, finalSigmas: 'sigma_min' }
const lcm: SchedulerConfig = { ...stableDiffusionNoise, stepsOffset: 0, setAlphaToOne: true }
const v = { predictionType: 'v_prediction' } as const

interface FullLoop {
  readonly id: SchedulerId
  readonly what: string
  readonly config: SchedulerConfig
  readonly sum?: number
  readonly mean: number
  readonly steps?: number
  readonly strength?: number
}

test.each<FullLoop>([
  { id: 'ddim', what: 'no noise', config: linear, sum: 172.0067, mean: 0.223967 },
  { id: 'ddim', what: 'v', config: { ...linear, ...v }, sum: 52.5302, mean: 0.0684 },
  { id: 'ddim', what: 'to one', config: { ...linear, betaStart: 0.01 }, sum: 149.8295, mean: 0.1951 },
  {
    id: 'ddim',
    what: 'not to one',
    config: { ...linear, betaStart: 0.01, setAlphaToOne: false },
    sum: 149.0784,
    mean: 0.1941,
  },
  { id: 'ddim', what: 'strength', config: linear, strength: 0.2, sum: 354.5418, mean: 0.4616 },
  { id: 'ddpm', what: 'no noise', config: linear, steps: 1000, sum: 258.9606, mean: 0.3372 },
  { id: 'ddpm', what: 'v', config: { ...linear, ...v }, steps: 1000, sum: 202.0296, mean: 0.2631 },
  {
    id: 'ddpm',
    what: 'strength',
    config: linear,
    steps: 1000,
    strength: 0.002,
    sum: 387.9466,
    mean: 0.5051,
  },
  { id: 'pndm', what: 'Runge-Kutta', config: pndm, sum: 198.1318, mean: 0.258 },
  { id: 'pndm', what: 'v', config: { ...pndm, ...v }, sum: 67.3986, mean: 0.0878 },
  {
    id: 'pndm',
    what: 'to one',
    config: { ...pndm, betaStart: 0.01, setAlphaToOne: true },
    sum: 230.0399,
    mean: 0.2995,
  },
  { id: 'pndm', what: 'not to one', config: { ...pndm, betaStart: 0.01 }, sum: 186.9482, mean: 0.2434 },
  { id: 'euler', what: 'no noise', config: euler, sum: 10.0807, mean: 0.0131 },
  { id: 'euler', what: 'v', config: { ...euler, ...v }, sum: 0.0002, mean: 2.2676e-6 },
  { id: 'euler', what: 'strength', config: euler, strength: 0.2, sum: 57062.9297, mean: 74.3007 },
  { id: 'euler-a', what: 'no noise', config: euler, sum: 152.3192, mean: 0.1983 },
  { id: 'euler-a', what: 'v', config: { ...euler, ...v }, sum: 108.4439, mean: 0.1412 },
  { id: 'euler-a', what: 'strength', config: euler, strength: 0.2, sum: 56163.0508, mean: 73.129 },
  { id: 'dpmpp-2m', what: 'no noise', config: dpmpp, mean: 0.3301 },
  { id: 'dpmpp-2m', what: 'v', config: { ...dpmpp, ...v }, mean: 0.2251 },
  { id: 'dpmpp-2m', what: 'strength', config: dpmpp, strength: 0.5, sum: 318.4111, mean: 0.4146 },
  { id: 'dpmpp-2m-karras', what: 'v', config: { ...dpmpp, ...v }, mean: 0.2096 },
  { id: 'unipc', what: 'no noise', config: unipc, mean: 0.2464 },
  { id: 'unipc', what: 'v', config: { ...unipc, ...v }, mean: 0.1014 },
  { id: 'unipc', what: 'strength', config: unipc, strength: 0.2, sum: 315.5757, mean: 0.4109 },
  { id: 'lcm', what: 'one step', config: lcm, steps: 1, sum: 18.7097, mean: 0.0244 },
  { id: 'lcm', what: 'ten steps', config: lcm, sum: 197.7616, mean: 0.2575 },
])('$id ends where diffusers does: $what', ({ id, config, steps = 10, strength = 1, sum, mean }) => {
  const { normal } = createGenerator(0)
  const scheduler = schedulers[id](config, { steps, strength, normal })
  const begun = samples((index) => index).map((value) => value * scheduler.initNoiseSigma)
  let x =
    strength === 1
      ? begun
      : scheduler.addNoise(
          begun,
          samples((index) => size - 1 - index),
        )
  for (const [index, timestep] of scheduler.timesteps.entries()) {
    x = scheduler.scaleModelInput(x, index)
    const output = x.map((value) => (value * timestep) / (timestep + 1))
    x = scheduler.step(output, x, index).x
  }
  const total = x.reduce((all, value) => all + Math.abs(value), 0)
  expect(Math.abs(total / size - mean)).toBeLessThan(1e-3)
  if (sum !== undefined) expect(Math.abs(total - sum)).toBeLessThan(1e-2 + 1e-6 * sum)
})

/** Of 4 pictures with 3 channels of 8 × 8. */
const size = 4 * 3 * 8 * 8

/** Their `dummy_sample_deter`: numbers from 0 to 1 whose order is that of [C, H, W, N], seen as [N, C, H, W]. */
function samples(at: (index: number) => number): Float32Array {
  const perPicture = size / 4
  return Float32Array.from({ length: size }, (_, i) => {
    const [picture, place] = [Math.floor(i / perPicture), i % perPicture]
    return at(place * 4 + picture) / size
  })
}
