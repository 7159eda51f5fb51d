import * as v from 'valibot'
import { parseModelFile } from '../model-file.ts'
import type { SchedulerId } from './index.ts'
import type { SchedulerConfig } from './scheduler.ts'

/**
 * What a folder in diffusers layout says of its training's noise: the content of scheduler/scheduler_config.json, whichever
 * scheduler wrote it. Keys that it does not have are as in diffusers' `DDIMScheduler` and `PNDMScheduler`, but for
 * `clip_sample`: latents are not held within -1 … 1.
 *
 * @throws CompanionError 'model-damaged' where it describes what no scheduler here can do.
 */
export function parseSchedulerConfig(json: unknown): SchedulerConfig {
  const config = parseModelFile(SchedulerJson, json, 'scheduler/scheduler_config.json')
  return {
    trainTimesteps: config.num_train_timesteps,
    betaStart: config.beta_start,
    betaEnd: config.beta_end,
    betaSchedule: config.beta_schedule,
    predictionType: config.prediction_type,
    timestepSpacing: config.timestep_spacing,
    stepsOffset: config.steps_offset,
    clipSample: config.clip_sample,
    setAlphaToOne: config.set_alpha_to_one,
    skipPrkSteps: config.skip_prk_steps,
    finalSigmas: config.final_sigmas_type,
    lowerOrderFinal: config.lower_order_final,
  }
}

/** The scheduler that wrote such a file; null: none that is known here. */
export function parseSchedulerId(json: unknown): SchedulerId | null {
  const { _class_name: name, use_karras_sigmas: karras } = parseModelFile(
    WriterJson,
    json,
    'scheduler/scheduler_config.json',
  )
  const id = writers.get(name) ?? null
  return id === 'dpmpp-2m' && karras ? 'dpmpp-2m-karras' : id
}

const writers: ReadonlyMap<string, SchedulerId> = new Map([
  ['DDIMScheduler', 'ddim'],
  ['DDPMScheduler', 'ddpm'],
  ['PNDMScheduler', 'pndm'],
  ['EulerDiscreteScheduler', 'euler'],
  ['EulerAncestralDiscreteScheduler', 'euler-a'],
  ['DPMSolverMultistepScheduler', 'dpmpp-2m'],
  ['UniPCMultistepScheduler', 'unipc'],
  ['LCMScheduler', 'lcm'],
])

/** That of Stable Diffusion 1.5 and 2. Of the two published files only 2's says that PNDM begins without Runge-Kutta steps. */
export const stableDiffusionNoise: SchedulerConfig = {
  trainTimesteps: 1000,
  betaStart: 0.00085,
  betaEnd: 0.012,
  betaSchedule: 'scaled_linear',
  predictionType: 'epsilon',
  timestepSpacing: null,
  stepsOffset: 1,
  clipSample: false,
  setAlphaToOne: false,
  skipPrkSteps: true,
  finalSigmas: 'zero',
  lowerOrderFinal: true,
}

const WriterJson = v.object({
  _class_name: v.optional(v.string(), ''),
  use_karras_sigmas: v.optional(v.boolean(), false),
})

const SchedulerJson = v.object({
  num_train_timesteps: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)), 1000),
  beta_start: v.optional(v.number(), 0.0001),
  beta_end: v.optional(v.number(), 0.02),
  beta_schedule: v.optional(v.picklist(['linear', 'scaled_linear']), 'linear'),
  trained_betas: v.optional(v.null(), null),
  prediction_type: v.optional(v.picklist(['epsilon', 'v_prediction']), 'epsilon'),
  timestep_spacing: v.optional(v.nullable(v.picklist(['leading', 'linspace', 'trailing'])), null),
  steps_offset: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
  clip_sample: v.optional(v.boolean(), false),
  set_alpha_to_one: v.optional(v.boolean(), true),
  skip_prk_steps: v.optional(v.boolean(), false),
  final_sigmas_type: v.optional(v.picklist(['zero', 'sigma_min']), 'zero'),
  lower_order_final: v.optional(v.boolean(), true),
  thresholding: v.optional(v.literal(false), false),
  rescale_betas_zero_snr: v.optional(v.literal(false), false),
})
