import type { Engine, FillSettings, Means, OpenEngine, Tile } from '../engines/engine.ts'
import { CompanionError } from '../errors.ts'
import { withHole } from '../image/hole.ts'
import { withDefaults } from '../options.ts'
import type { Options, Task } from '../protocol.ts'
import type { Run } from '../run.ts'

/** Who fills first, and for whom. */
export interface PrefillJob {
  readonly engine: Engine
  readonly task: Task
  /** Fills the hole first where the engine begins with what is there; null: nobody does. */
  readonly prefillEngine: Engine | null
  readonly means: Means
  readonly seed: number
}

/** Tiles as the job's engine wants them: with `prefilled` where it asks for that, else as they are. */
export interface Prefill {
  prepare(tile: Tile): Promise<Tile>
  close(): Promise<void>
}

/** @param options Defaults filled in. */
export async function openPrefill(
  { engine, task, prefillEngine, means, seed }: PrefillJob,
  options: Options,
  { signal }: Run,
): Promise<Prefill> {
  if (prefillEngine === null || engine.startsFilled?.(options, task) !== true) return asTheyAre
  // What it does is not the job's own progress.
  const quietly: Run = { signal, onProgress: () => {} }
  const settings: FillSettings = {
    ...{ prompt: '', negativePrompt: '', seed },
    task: 'remove',
    options: withDefaults(prefillEngine, {}),
  }
  let opened: OpenEngine | null = null
  return {
    async prepare(tile) {
      opened ??= await prefillEngine.open(quietly, means, [tile.image])
      const fill = await unlessAllIsCovered(opened.fill(tile, settings, quietly))
      return fill === null ? tile : { ...tile, prefilled: withHole(tile.image, tile.mask, fill) }
    },
    close: async () => opened?.close(),
  }
}

const asTheyAre: Prefill = { prepare: async (tile) => tile, close: async () => {} }

/** The engine that fills holes before another one does: one that needs no model, so that memory is left for the other. */
export function choosePrefillEngine(engines: readonly Engine[]): Engine | null {
  return engines.find(({ lane, tasks }) => lane === 'embedded' && tasks.includes('remove')) ?? null
}

/** Null where nothing is known that could be continued. */
async function unlessAllIsCovered<T>(filling: Promise<T>): Promise<T | null> {
  try {
    return await filling
  } catch (error) {
    if (error instanceof CompanionError && error.code === 'mask-covers-all') return null
    throw error
  }
}
