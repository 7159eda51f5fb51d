import type { Companion } from './companion.ts'
import { CompanionFailure } from './companion-failure.ts'
import type { Run } from './companion-jobs.ts'
import type { Failure, ModelsAction } from './models.ts'

/** Everything a person can do with models. What comes of it shows in the state. */
export interface ModelsSession {
  /** Asks what is installed, and finds the downloads that another window began. */
  readonly look: () => void
  /** Downloads a model, goes on with one that was broken off, or repairs it. The licence is accepted by that. */
  readonly install: (modelId: string) => void
  /** What came is kept. */
  readonly cancel: (modelId: string) => void
  readonly remove: (modelId: string) => void
}

export interface ModelsSessionOptions {
  /** null: not looked for yet. */
  readonly companion: () => Companion | null
  readonly dispatch: (action: ModelsAction) => void
  readonly failureFrom: (error: unknown) => Failure
}

/** A download that nobody remembers, or that was cancelled from another window: there is nothing to say about it. */
const notWorthSaying: ReadonlySet<CompanionFailure['code']> = new Set(['job-unknown', 'engine-stopped'])

/** All effects that have to do with models. */
export function createModelsSession({
  companion,
  dispatch,
  failureFrom,
}: ModelsSessionOptions): ModelsSession {
  /** What is under way for each model, at most one thing at a time. */
  const running = new Map<string, Running>()

  return {
    look: () => void look(),
    install: (modelId) => void install(modelId),
    cancel: (modelId) => running.get(modelId)?.controller.abort(),
    remove: (modelId) => void follow(modelId, () => companion()!.uninstall(modelId)),
  }

  async function look(): Promise<void> {
    for (const { id, installed, damaged } of await refresh()) {
      const isMissing = !installed || damaged
      if (isMissing && !running.has(id))
        void follow(id, (run) => companion()!.attach(jobOf(id), settled(run)))
    }
  }

  async function install(modelId: string): Promise<void> {
    // The answer to a look must not be taken for the answer to this.
    const before = running.get(modelId)
    await before?.ended
    if (before?.controller.signal.aborted) return
    dispatch({ type: 'began', modelId })
    await follow(modelId, (run) => companion()!.install(jobOf(modelId), modelId, run))
  }

  /** Up to the end of what `begin` begins, and until the window knows what is installed then. */
  function follow(modelId: string, begin: (run: Run) => Promise<unknown>): Promise<void> {
    const controller = new AbortController()
    const ended = run(modelId, controller, begin)
    running.set(modelId, { controller, ended })
    return ended
  }

  async function run(
    modelId: string,
    controller: AbortController,
    begin: (run: Run) => Promise<unknown>,
  ): Promise<void> {
    let failure: Failure | null = null
    try {
      await begin({
        signal: controller.signal,
        onProgress(progress) {
          if (running.get(modelId)?.controller === controller)
            dispatch({ type: 'progressed', modelId, progress })
        },
      })
    } catch (error) {
      const isSaid = error instanceof CompanionFailure && notWorthSaying.has(error.code)
      if (!controller.signal.aborted && !isSaid) failure = failureFrom(error)
    }
    running.delete(modelId)
    await refresh()
    dispatch({ type: 'ended', modelId, failure })
  }

  async function refresh() {
    try {
      const list = await companion()!.models()
      dispatch({ type: 'listed', list })
      return list
    } catch (error) {
      // The connection is gone, which the window says; once it is back, it looks again.
      if (error instanceof CompanionFailure) return []
      throw error
    }
  }
}

interface Running {
  readonly controller: AbortController
  readonly ended: Promise<void>
}

/** A job that has ended repeats its last progress before its end: shown at once, it would flash. */
function settled({ signal, onProgress }: Run): Run {
  return { signal, onProgress: (progress) => setTimeout(() => onProgress(progress), settlingMs) }
}

const settlingMs = 100

/** The same in every window, so that each finds the download that another one began. */
function jobOf(modelId: string): string {
  return `install-${modelId}`
}
