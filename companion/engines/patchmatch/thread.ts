import type { Image, Mask } from '../../image/image.ts'
import { Thread } from '../../thread.ts'
import type { Run } from '../engine.ts'
import type { CompletionTask } from './complete.ts'

/** Completes pictures in a thread of its own. */
export class CompletionThread {
  readonly #thread = new Thread<CompletionTask, Image>({ file: 'patchmatch-worker.js', title: 'Quick fill' })

  /**
   * The task's own buffers stay as they are.
   *
   * @throws what `Thread.run` throws, and `complete`
   */
  async complete(task: CompletionTask, run: Run): Promise<Image> {
    run.signal.throwIfAborted()
    const copy = copyTask(task)
    return await this.#thread.run(copy, run, buffersOf(copy))
  }

  /** Ends the thread after the tasks it has, and waits for that. */
  close(): Promise<void> {
    return this.#thread.close()
  }
}

function copyTask(task: CompletionTask): CompletionTask {
  const copy = <T extends Image | Mask>(pixels: T): T => ({ ...pixels, data: new Uint8Array(pixels.data) })
  return { ...task, image: copy(task.image), mask: copy(task.mask), avoid: task.avoid && copy(task.avoid) }
}

function buffersOf({ image, mask, avoid }: CompletionTask): ArrayBuffer[] {
  return [image, mask, avoid].flatMap((pixels) => (pixels ? [pixels.data.buffer as ArrayBuffer] : []))
}
