import type { ProgressUnit, Stage } from './protocol.ts'

/** What a job carries through everything that takes time. */
export interface Run {
  /** Aborted when the job is cancelled. Its reason passes through every `catch`. */
  readonly signal: AbortSignal
  /** `done` never falls within a stage. */
  onProgress(progress: Progress): void
}

export interface Progress {
  readonly stage: Stage
  readonly done: number
  readonly total: number
  readonly unit: ProgressUnit
  /** Until all is done. Said by `fill/progress.ts`, not by engines. */
  readonly etaMs?: number
  /** What the fill will come to, small: a PNG. */
  readonly preview?: Uint8Array
}
