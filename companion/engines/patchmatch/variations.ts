import { createHash } from 'node:crypto'
import type { Image } from '../../image/image.ts'
import { type CompletionRun, type CompletionTask, finish, type Prepared, prepare } from './complete.ts'
import { lend, takenBytes } from './kernels.ts'

/**
 * Completes as `complete` does, to the same bytes, and keeps what it prepared: another seed of the same picture is then
 * only finished. The tiles of a picture with several holes are all kept, as far as memory goes.
 *
 * @param mostKeptBytes what was prepared of earlier tiles is kept until it all takes more
 */
export function createCompleter(mostKeptBytes = 256e6): (task: CompletionTask, run: CompletionRun) => Image {
  const kept = new Map<string, { readonly prepared: Prepared; readonly giveBack: () => void }>()

  return (task, run) => {
    const key = keyOf(task)
    const found = kept.get(key)
    if (found !== undefined) return finish(found.prepared, task, run)
    if (takenBytes() > mostKeptBytes) forgetAll()
    const giveBack = lend()
    try {
      const prepared = prepare(task, run)
      kept.set(key, { prepared, giveBack })
      return finish(prepared, task, run)
    } catch (error) {
      if (!kept.has(key)) giveBack()
      throw error
    }
  }

  /** Memory is given back from the last taken to the first, so the first gives back all. */
  function forgetAll(): void {
    const [first] = kept.values()
    first?.giveBack()
    kept.clear()
  }
}

/** The same for tasks that are prepared alike. */
function keyOf({ image, mask, avoid, starts }: CompletionTask): string {
  const hash = createHash('sha256').update(`${image.width} ${image.height} ${starts} ${avoid !== null}`)
  for (const pixels of [image, mask, avoid]) if (pixels !== null) hash.update(pixels.data)
  return hash.digest('hex')
}
