/** Takes noise out of latents step by step: the sampler of a diffusion model. Made for one run, and called in order. */
export interface Scheduler {
  /** Of every evaluation of the network, in order. Some schedulers evaluate one timestep twice. */
  readonly timesteps: readonly number[]
  /** What noise is multiplied by to begin with, where nothing of a picture is kept. */
  readonly initNoiseSigma: number
  /** A picture's latents with noise, as the first evaluation expects them. */
  addNoise(latents: Float32Array, noise: Float32Array): Float32Array
  /** What the network is given for x at evaluation `index`. */
  scaleModelInput(x: Float32Array, index: number): Float32Array
  /** From what the network said of x at evaluation `index`. Called once for each evaluation, in order. */
  step(output: Float32Array, x: Float32Array, index: number): Step
}

export interface Step {
  /** What the next evaluation begins with; after the last one, the latents of the picture. */
  readonly x: Float32Array
  /** x₀: what the picture's latents will come to, judged from here. */
  readonly original: Float32Array
}

export interface SchedulerRun {
  /** How many steps there are from pure noise to the picture. */
  readonly steps: number
  /** 0 … 1: the last floor(steps × strength) of them are made. Default 1, all. */
  readonly strength?: number
  /** 0 … 1: how much new noise DDIM adds at each step. Default 0. */
  readonly eta?: number
  /** So many independent normal numbers, for the schedulers that add new noise. */
  readonly normal: (count: number) => Float32Array
}

export type CreateScheduler = (config: SchedulerConfig, run: SchedulerRun) => Scheduler

/** What a model was trained with, and what its publisher chose. After diffusers' scheduler_config.json. */
export interface SchedulerConfig {
  readonly trainTimesteps: number
  /** β of the first and the last timestep of the training. */
  readonly betaStart: number
  readonly betaEnd: number
  /** scaled_linear: √β grows evenly. */
  readonly betaSchedule: 'linear' | 'scaled_linear'
  /** What the network predicts: the noise ε, or v = √ᾱ ε − √(1 − ᾱ) x₀. */
  readonly predictionType: 'epsilon' | 'v_prediction'
  /** Null: as each scheduler has it by itself. */
  readonly timestepSpacing: TimestepSpacing | null
  /** Added to the timesteps of leading spacing. */
  readonly stepsOffset: number
  /** Whether the predicted picture is held within -1 … 1 (DDIM, DDPM, LCM). */
  readonly clipSample: boolean
  /** ᾱ after the last step: 1, or that of the first timestep (DDIM, PNDM, LCM). */
  readonly setAlphaToOne: boolean
  /** Whether PNDM begins without Runge-Kutta steps. */
  readonly skipPrkSteps: boolean
  /** σ after the last step: none, or that of the first timestep (DPM-Solver++, UniPC). */
  readonly finalSigmas: 'zero' | 'sigma_min'
  /** Whether DPM-Solver++ ends runs of fewer than 15 steps with one of first order, which steadies them. */
  readonly lowerOrderFinal: boolean
}

/** How steps are spread over the timesteps of the training: Lin et al., "Common Diffusion Noise Schedules …" (2024), table 2. */
export type TimestepSpacing = 'leading' | 'linspace' | 'trailing'
