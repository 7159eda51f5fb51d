import { MessageChannel, Worker } from 'node:worker_threads'
import { CompanionError } from '../../errors.ts'
import type { Image, Mask } from '../../image/image.ts'
import { builtFile } from '../../installation.ts'
import type { Run } from '../engine.ts'
import type { CompletionTask } from './complete.ts'
import type { ThreadReply, ThreadRequest } from './worker.ts'

/**
 * Completes pictures in a thread of its own, so that the companion goes on answering. The thread starts with the first
 * task and stays for the next ones; after a crash the next task gets a new one.
 *
 * It is never terminated from outside: in the middle of work, that can abort the process (see worker.ts).
 */
export class CompletionThread {
  #worker: Worker | null = null

  /**
   * The task's own buffers stay as they are. When cancelled this ends at once, and the thread with its next round.
   *
   * @throws the signal's reason when cancelled; CompanionError `engine-stopped` when the thread died, and those of
   * `complete`.
   */
  async complete(task: CompletionTask, run: Run): Promise<Image> {
    return (await this.#ask('complete', task, run))!
  }

  /** As `complete`, but only what can be copied exactly; null: not the whole hole can be. */
  copyExactly(task: CompletionTask, run: Run): Promise<Image | null> {
    return this.#ask('copy', task, run)
  }

  async #ask(type: 'complete' | 'copy', task: CompletionTask, run: Run): Promise<Image | null> {
    run.signal.throwIfAborted()
    this.#worker ??= this.#start()
    const worker = this.#worker
    // A line for each task: what a cancelled one still says is heard by nobody.
    const { port1: replies, port2 } = new MessageChannel()
    const cancelled = new Uint8Array(new SharedArrayBuffer(1))
    let release = () => {}
    try {
      return await new Promise<Image | null>((resolve, reject) => {
        const onReply = (reply: ThreadReply) => {
          if (reply.type === 'level') {
            run.onProgress({ stage: 'fill', done: reply.done, total: reply.total, unit: 'levels' })
          } else if (reply.type === 'completed') resolve(reply.image)
          else reject(new CompanionError(reply.code, reply.message))
        }
        const onStop = (cause: unknown) =>
          reject(
            new CompanionError('engine-stopped', 'Quick fill stopped unexpectedly. Try again.', { cause }),
          )
        const onAbort = () => {
          Atomics.store(cancelled, 0, 1)
          reject(run.signal.reason)
        }
        replies.on('message', onReply)
        worker.once('error', onStop).once('exit', onStop)
        run.signal.addEventListener('abort', onAbort)
        release = () => {
          replies.close()
          worker.off('error', onStop).off('exit', onStop)
          run.signal.removeEventListener('abort', onAbort)
        }
        const copy = copyTask(task)
        const request: ThreadRequest = { type, task: copy, replies: port2, cancelled }
        worker.postMessage(request, [port2, ...buffersOf(copy)])
      })
    } finally {
      release()
    }
  }

  /** Ends the thread after the tasks it has, and waits for that. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    this.#worker = null
    await new Promise((resolve) => {
      worker.once('exit', resolve)
      worker.postMessage({ type: 'end' } satisfies ThreadRequest)
    })
  }

  #start(): Worker {
    const worker = new Worker(builtFile('patchmatch-worker.js'))
    const forget = () => {
      if (this.#worker === worker) this.#worker = null
    }
    // The task at work hears of a crash by itself. Without this listener, one between tasks would end the companion.
    worker.once('error', forget).once('exit', forget)
    return worker
  }
}

function copyTask(task: CompletionTask): CompletionTask {
  const copy = <T extends Image | Mask>(pixels: T): T => ({ ...pixels, data: new Uint8Array(pixels.data) })
  return { ...task, image: copy(task.image), mask: copy(task.mask), avoid: task.avoid && copy(task.avoid) }
}

function buffersOf({ image, mask, avoid }: CompletionTask): ArrayBuffer[] {
  return [image, mask, avoid].flatMap((pixels) => (pixels ? [pixels.data.buffer as ArrayBuffer] : []))
}
