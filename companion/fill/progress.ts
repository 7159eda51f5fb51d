import type { ProgressUnit } from '../protocol.ts'
import type { Run } from '../run.ts'

/**
 * Makes one progress of `calls` calls of an engine, each of which reports its own from nothing to all. Other stages
 * than 'fill' pass as they are.
 *
 * @returns what each call is to run under, one after another
 */
export function spreadProgress({ signal, onProgress }: Run, calls: number): () => Run {
  let begun = 0
  let shown = 0
  // Calls of different sizes and engines have different totals and units; the first one's are the measure.
  let total = 0
  let unit: ProgressUnit = 'steps'
  let firstShown = 0
  let firstAtMs = 0
  return () => {
    const before = begun
    begun += 1
    return {
      signal,
      onProgress(progress) {
        if (progress.stage !== 'fill') return onProgress(progress)
        const isFirst = total === 0
        if (isFirst) ({ total, unit } = progress)
        const share = progress.total === 0 ? 0 : Math.min(1, progress.done / progress.total)
        shown = Math.max(shown, Math.round((before + share) * total))
        if (isFirst) [firstShown, firstAtMs] = [shown, performance.now()]
        const doneSince = shown - firstShown
        const msEach = (performance.now() - firstAtMs) / doneSince
        const etaMs = Math.round(msEach * (total * calls - shown))
        onProgress({
          ...progress,
          unit,
          done: shown,
          total: total * calls,
          ...(doneSince > 0 ? { etaMs } : {}),
        })
      },
    }
  }
}
