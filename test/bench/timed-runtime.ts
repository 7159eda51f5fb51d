import type { Progress } from '../../companion/run.ts'
import type { Runtime } from '../../companion/runtime/session.ts'

/** The same runtime, and how long it has spent loading, and within that warming up. */
export function timed(runtime: Runtime): {
  readonly runtime: Runtime
  readonly spent: { readonly loadMs: number; readonly warmUpMs: number }
} {
  const spent = { loadMs: 0, warmUpMs: 0 }
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
        const startedAt = performance.now()
        const onProgress = (progress: Progress) => {
          note(progress)
          run.onProgress(progress)
        }
        try {
          return await runtime.load(source, on, { ...run, onProgress })
        } finally {
          spent.loadMs += performance.now() - startedAt
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
