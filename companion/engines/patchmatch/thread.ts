import type { Image, Mask } from '../../image/image.ts'
import type { Run } from '../../run.ts'
import { Thread } from '../../thread.ts'
import type { CompletionTask } from './complete.ts'

/** What the thread is asked. */
export interface ThreadTask {
  /** copy: complete only where the whole hole can be copied exactly */
  readonly type: 'complete' | 'copy'
  readonly task: CompletionTask
}

/** What the thread is started with. */
export interface ThreadData {
  /** This one and its helpers. */
  readonly threads: number
}

/** Completes pictures in a thread of its own. The tasks' own buffers stay as they are. */
export class CompletionThread {
  readonly #thread: Thread<ThreadTask, Image | null>

  /** @param threads how many share the work: this one has helpers, which start and end with it */
  constructor(threads: number) {
    const data: ThreadData = { threads }
    this.#thread = new Thread({ file: 'patchmatch-worker.js', title: 'Quick fill', data })
  }

  /** @throws what `Thread.run` throws, and `complete` */
  async complete(task: CompletionTask, run: Run): Promise<Image> {
    return (await this.#ask('complete', task, run))!
  }

  /** As `complete`, but only what can be copied exactly; null: not the whole hole can be. */
  copyExactly(task: CompletionTask, run: Run): Promise<Image | null> {
    return this.#ask('copy', task, run)
  }

  /** Ends the thread after the tasks it has, and waits for that. */
  close(): Promise<void> {
    return this.#thread.close()
  }

  async #ask(type: ThreadTask['type'], task: CompletionTask, run: Run): Promise<Image | null> {
    run.signal.throwIfAborted()
    const copy = copyTask(task)
    return await this.#thread.run({ type, task: copy }, run, buffersOf(copy))
  }
}

function copyTask(task: CompletionTask): CompletionTask {
  const copy = <T extends Image | Mask>(pixels: T): T => ({ ...pixels, data: new Uint8Array(pixels.data) })
  return { ...task, image: copy(task.image), mask: copy(task.mask), avoid: task.avoid && copy(task.avoid) }
}

function buffersOf({ image, mask, avoid }: CompletionTask): ArrayBuffer[] {
  return [image, mask, avoid].flatMap((pixels) => (pixels ? [pixels.data.buffer as ArrayBuffer] : []))
}
