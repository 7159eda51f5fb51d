import type { Clock } from '../../companion/store/clock.ts'

/** A clock that nobody has to wait for. */
export interface TestClock extends Clock {
  /** Delays that were waited for, in order; they pass at once. Those of a watch for silence are not among them. */
  readonly waits: readonly number[]
  /** Time goes on, and a watch for silence that is due by then calls back. */
  advance(byMs: number): void
}

/** A watch of this length is restarted again and again, and runs down only when a test advances the clock. */
export const silenceMs = 30_000

export function testClock(): TestClock {
  const waits: number[] = []
  const watches = new Set<{ readonly dueMs: number; readonly callback: () => void }>()
  let nowMs = 0
  return {
    waits,
    now: () => nowMs,
    after(delayMs, callback) {
      if (delayMs === silenceMs) {
        const watch = { dueMs: nowMs + delayMs, callback }
        watches.add(watch)
        return () => void watches.delete(watch)
      }
      waits.push(delayMs)
      const soon = setImmediate(callback)
      return () => clearImmediate(soon)
    },
    advance(byMs) {
      nowMs += byMs
      for (const watch of [...watches]) {
        if (watch.dueMs > nowMs) continue
        watches.delete(watch)
        watch.callback()
      }
    },
  }
}
