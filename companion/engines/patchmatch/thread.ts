import type { Image, Mask } from '../../image/image.ts'
import { areaOf } from '../../image/rect.ts'
import type { Run } from '../../run.ts'
import { Thread } from '../../thread.ts'
import type { CompletionTask } from './complete.ts'
import type { FollowTask } from './follow.ts'

/** What the thread is asked. */
export type ThreadTask =
  /** copy: complete only where the whole hole can be copied exactly */
  | { readonly type: 'complete' | 'copy'; readonly task: CompletionTask }
  | { readonly type: 'follow'; readonly task: FollowTask }

/** A picture, null where there is none to be had, or places. */
export type ThreadResult = Image | null | Int32Array

/** What the thread is started with. */
export interface ThreadData {
  /** This one and its helpers. */
  readonly threads: number
}

/** Completes pictures in a thread of its own. The tasks' own buffers stay as they are. */
export class CompletionThread {
  readonly #thread: Thread<ThreadTask, ThreadResult>
  #mostPixels = 0

  /** @param threads how many share the work: this one has helpers, which start and end with it */
  constructor(threads: number) {
    const data: ThreadData = { threads }
    this.#thread = new Thread({ file: 'patchmatch-worker.js', title: 'Quick fill', data })
  }

  /** Of one task. */
  get mostPixels(): number {
    return this.#mostPixels
  }

  /** @throws what `Thread.run` throws, and `complete` */
  async complete(task: CompletionTask, run: Run): Promise<Image> {
    return (await this.#ask({ type: 'complete', task }, run)) as Image
  }

  /** As `complete`, but only what can be copied exactly; null: not the whole hole can be. */
  async copyExactly(task: CompletionTask, run: Run): Promise<Image | null> {
    return (await this.#ask({ type: 'copy', task }, run)) as Image | null
  }

  /** @throws what `Thread.run` throws */
  async follow(task: FollowTask, run: Run): Promise<Int32Array> {
    return (await this.#ask({ type: 'follow', task }, run)) as Int32Array
  }

  /** Ends the thread after the tasks it has, and waits for that. */
  close(): Promise<void> {
    return this.#thread.close()
  }

  async #ask(asked: ThreadTask, run: Run): Promise<ThreadResult> {
    run.signal.throwIfAborted()
    this.#mostPixels = Math.max(this.#mostPixels, areaOf(asked.task.image))
    const task = copyTask(asked.task)
    return await this.#thread.run({ ...asked, task } as ThreadTask, run, buffersOf(task))
  }
}

function copyTask<T extends ThreadTask['task']>(task: T): T {
  const copy = <P extends Image | Mask>(pixels: P): P => ({ ...pixels, data: new Uint8Array(pixels.data) })
  const { image, mask, avoid } = task
  return {
    ...task,
    ...{ image: copy(image), mask: copy(mask), avoid: avoid && copy(avoid) },
    ...('guide' in task ? { guide: copy(task.guide) } : {}),
  }
}

function buffersOf(task: ThreadTask['task']): ArrayBuffer[] {
  const guide = 'guide' in task ? task.guide : null
  return [task.image, task.mask, task.avoid, guide].flatMap((pixels) =>
    pixels ? [pixels.data.buffer as ArrayBuffer] : [],
  )
}
