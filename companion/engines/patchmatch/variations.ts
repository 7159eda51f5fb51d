import { createHash } from 'node:crypto'
import type { Image } from '../../image/image.ts'
import { type CompletionRun, type CompletionTask, finish, type Prepared, prepare } from './complete.ts'
import { lend } from './kernels.ts'

/**
 * Completes as `complete` does, to the same bytes, and keeps what it prepared: another seed of the same picture is then
 * only finished. One picture is kept, until the next one comes.
 */
export function createCompleter(): (task: CompletionTask, run: CompletionRun) => Image {
  let kept: { readonly key: string; readonly prepared: Prepared; readonly giveBack: () => void } | null = null

  return (task, run) => {
    const key = keyOf(task)
    if (kept?.key !== key) {
      kept?.giveBack()
      kept = null
      const giveBack = lend()
      try {
        kept = { key, prepared: prepare(task, run), giveBack }
      } catch (error) {
        giveBack()
        throw error
      }
    }
    return finish(kept.prepared, task, run)
  }
}

/** The same for tasks that are prepared alike. */
function keyOf({ image, mask, avoid, starts }: CompletionTask): string {
  const hash = createHash('sha256').update(`${image.width} ${image.height} ${starts} ${avoid !== null}`)
  for (const pixels of [image, mask, avoid]) if (pixels !== null) hash.update(pixels.data)
  return hash.digest('hex')
}
