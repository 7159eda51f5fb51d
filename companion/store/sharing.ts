import type { ByteProgress, ByteRun } from './pace.ts'

/**
 * Runs a task once for all who ask for it at the same time. Each may leave by its own signal; the task is aborted when
 * the last one has left.
 */
export class Sharing {
  readonly #shared = new Map<string, Shared>()

  /** @throws what the task throws; the reason of the run's own signal */
  async run(key: string, run: ByteRun, task: (run: ByteRun) => Promise<void>): Promise<void> {
    run.signal.throwIfAborted()
    // One that everybody left still has things to put away.
    while (this.#shared.get(key)?.ending.signal.aborted) await this.#shared.get(key)?.ended
    const shared = this.#shared.get(key) ?? this.#start(key, task)
    return join(shared, run)
  }

  /** Ends the task for everybody who waits for it. Resolves when it has ended; also when there is none. */
  async abort(key: string, reason: unknown): Promise<void> {
    const shared = this.#shared.get(key)
    shared?.ending.abort(reason)
    await shared?.ended
  }

  async abortAll(reason: unknown): Promise<void> {
    await Promise.all([...this.#shared.keys()].map((key) => this.abort(key, reason)))
  }

  #start(key: string, task: (run: ByteRun) => Promise<void>): Shared {
    const ending = new AbortController()
    const runs = new Set<ByteRun>()
    const onProgress = (progress: ByteProgress) => {
      for (const run of runs) run.onProgress(progress)
    }
    const result = task({ signal: ending.signal, onProgress }).finally(() => this.#shared.delete(key))
    const ended = result.catch(() => {})
    const shared = { ending, runs, result, ended }
    this.#shared.set(key, shared)
    return shared
  }
}

interface Shared {
  readonly ending: AbortController
  /** Of those who wait. */
  readonly runs: Set<ByteRun>
  readonly result: Promise<void>
  /** When the result is there; never rejects. */
  readonly ended: Promise<void>
}

async function join({ ending, runs, result }: Shared, run: ByteRun): Promise<void> {
  runs.add(run)
  const left = new Promise<never>((_, reject) => {
    run.signal.addEventListener('abort', leave, { once: true })
    function leave() {
      runs.delete(run)
      if (runs.size === 0) ending.abort(run.signal.reason)
      else reject(run.signal.reason)
    }
    result.finally(() => run.signal.removeEventListener('abort', leave)).catch(() => {})
  })
  try {
    await Promise.race([result, left])
  } finally {
    runs.delete(run)
  }
}
