import { expect, test } from 'vitest'
import {
  parseSchedulerConfig,
  stableDiffusionNoise,
} from '../../../../companion/diffusion/schedulers/config.ts'
import { CompanionError } from '../../../../companion/errors.ts'

/** What both published scheduler_config.json files say. */
const published = {
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  clip_sample: false,
  num_train_timesteps: 1000,
  set_alpha_to_one: false,
  steps_offset: 1,
  trained_betas: null,
}

test('the published file of Stable Diffusion 2 says what one-file checkpoints are taken to mean', () => {
  expect(parseSchedulerConfig({ ...published, skip_prk_steps: true })).toEqual(stableDiffusionNoise)
})

test('the published file of 1.5 leaves PNDM its Runge-Kutta steps, as diffusers does', () => {
  expect(parseSchedulerConfig(published)).toEqual({ ...stableDiffusionNoise, skipPrkSteps: false })
})

test.each([
  { json: { ...published, beta_schedule: 'squaredcos_cap_v2' }, says: 'beta_schedule' },
  { json: { ...published, thresholding: true }, says: 'thresholding' },
  { json: { ...published, prediction_type: 'sample' }, says: 'prediction_type' },
  { json: 'leading', says: 'Invalid type' },
])('what no scheduler here can do is refused, naming $says', ({ json, says }) => {
  const parse = () => parseSchedulerConfig(json)
  expect(parse).toThrow(CompanionError)
  expect(parse).toThrow(
    `scheduler/scheduler_config.json is not of a Stable Diffusion 1.5 or 2 model: ${says}: `,
  )
})
