import type { Progress } from '../run.ts'
import type { Clock } from './clock.ts'

/** What goes through everything in the store that takes time. A job's `Run` will do. */
export interface ByteRun {
  /** Its reason passes through when it is aborted. */
  readonly signal: AbortSignal
  onProgress(progress: ByteProgress): void
}

export interface ByteProgress extends Progress {
  readonly unit: 'bytes'
  /** Absent as long as nobody can know. */
  readonly etaMs?: number
}

/** Tells how far something is. */
export interface Pace {
  /** `doneBytes` may fall where something starts over; what is told does not. */
  update(doneBytes: number): void
}

/**
 * @param stage download: bytes come over the network · load: they are read from the disk
 */
export function startPace(stage: 'download' | 'load', totalBytes: number, clock: Clock, run: ByteRun): Pace {
  let told = -1
  let toldAt = -Infinity
  /** Oldest first; the speed is that from the first to now. */
  let samples: { atMs: number; bytes: number }[] = []

  return {
    update(doneBytes) {
      const now = clock.now()
      if (samples.length > 0 && doneBytes < samples[samples.length - 1]!.bytes) samples = []
      const isLast = doneBytes === totalBytes && told < totalBytes
      if (now - toldAt < betweenTellingMs && !isLast) return
      samples = [...samples.filter(({ atMs }) => now - atMs <= speedOverMs), { atMs: now, bytes: doneBytes }]
      told = Math.max(told, doneBytes)
      toldAt = now
      run.onProgress({ stage, done: told, total: totalBytes, unit: 'bytes', ...remaining(doneBytes) })
    },
  }

  function remaining(doneBytes: number): { etaMs?: number } {
    const first = samples[0]!
    const gained = doneBytes - first.bytes
    const elapsedMs = clock.now() - first.atMs
    if (gained <= 0 || elapsedMs <= 0) return {}
    return { etaMs: Math.round(((totalBytes - doneBytes) * elapsedMs) / gained) }
  }
}

const betweenTellingMs = 200
const speedOverMs = 10_000
