import type { Progress } from '../../companion/run.ts'
import type { Runtime } from '../../companion/runtime/session.ts'
import { stopwatch } from './cost.ts'

/** The same runtime, and what it has spent on loading, and within that how long on warming up. */
export function timed(runtime: Runtime): {
  readonly runtime: Runtime
  readonly spent: { readonly loadMs: number; readonly loadProcessorMs: number; readonly warmUpMs: number }
} {
  const spent = { loadMs: 0, loadProcessorMs: 0, warmUpMs: 0 }
  let warmingAt = 0
  const note = ({ stage, done }: Progress) => {
    if (stage !== 'warm-up') return
    if (done === 0) warmingAt = performance.now()
    else spent.warmUpMs += performance.now() - warmingAt
  }
  return {
    spent,
    runtime: {
      async load(source, on, run) {
        const soFar = stopwatch()
        const onProgress = (progress: Progress) => {
          note(progress)
          run.onProgress(progress)
        }
        try {
          return await runtime.load(source, on, { ...run, onProgress })
        } finally {
          const { ms, processorMs } = soFar()
          spent.loadMs += ms
          spent.loadProcessorMs += processorMs
        }
      },
      outlook: (...given) => runtime.outlook(...given),
      unload: () => runtime.unload(),
      get peakBytes() {
        return runtime.peakBytes
      },
    },
  }
}
