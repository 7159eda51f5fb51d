import { MessageChannel, type Transferable, Worker } from 'node:worker_threads'
import { CompanionError } from './errors.ts'
import { builtFile } from './installation.ts'
import type { Run } from './run.ts'
import type { ThreadReply, ThreadRequest } from './thread-work.ts'

/**
 * Does tasks in a thread of its own, one after another, so that the companion goes on answering. The thread starts with
 * the first task and stays for the next ones; after a crash the next task gets a new one. What runs inside calls
 * `serveTasks`.
 *
 * It is never terminated from outside: in the middle of work, that can abort the process (see thread-work.ts).
 */
export class Thread<Task, Result> {
  readonly #file: string
  readonly #title: string
  readonly #data: unknown
  #worker: Worker | null = null

  /**
   * @param file Of `dist/`
   * @param title What does the tasks, in the sentence that it stopped unexpectedly
   * @param data What the thread is started with
   */
  constructor({
    file,
    title,
    data,
  }: { readonly file: string; readonly title: string; readonly data?: unknown }) {
    this.#file = file
    this.#title = title
    this.#data = data
  }

  /**
   * When cancelled this ends at once, and the thread where it next looks.
   *
   * @param transferred What of the task is handed over instead of being copied
   * @throws the signal's reason when cancelled; CompanionError `engine-stopped` when the thread died, and those of
   * the task
   */
  async run(task: Task, run: Run, transferred: readonly Transferable[] = []): Promise<Result> {
    run.signal.throwIfAborted()
    this.#worker ??= this.#start()
    const worker = this.#worker
    // A line for each task: what a cancelled one still says is heard by nobody.
    const { port1: replies, port2 } = new MessageChannel()
    const cancelled = new Uint8Array(new SharedArrayBuffer(1))
    let release = () => {}
    try {
      return await new Promise<Result>((resolve, reject) => {
        const onReply = (reply: ThreadReply<Result>) => {
          if (reply.type === 'progress') run.onProgress(reply.progress)
          else if (reply.type === 'done') resolve(reply.result)
          else reject(new CompanionError(reply.code, reply.message))
        }
        const onStop = (cause: unknown) => {
          const message = `${this.#title} stopped unexpectedly. Try again.`
          reject(new CompanionError('engine-stopped', message, { cause }))
        }
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
        const request: ThreadRequest<Task> = { type: 'task', task, replies: port2, cancelled }
        worker.postMessage(request, [port2, ...transferred])
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
      worker.postMessage({ type: 'end' } satisfies ThreadRequest<Task>)
    })
  }

  #start(): Worker {
    const worker = new Worker(builtFile(this.#file), { workerData: this.#data })
    const forget = () => {
      if (this.#worker === worker) this.#worker = null
    }
    // The task at work hears of a crash by itself. Without this listener, one between tasks would end the companion.
    worker.once('error', forget).once('exit', forget)
    return worker
  }
}
