import { type MessagePort, parentPort, type Transferable } from 'node:worker_threads'
import { CompanionError } from './errors.ts'
import type { ErrorCode } from './protocol.ts'
import type { Progress } from './run.ts'

/** What a thread is asked: a task with a line of its own, or to end. */
export type ThreadRequest<Task> =
  | {
      readonly type: 'task'
      readonly task: Task
      readonly replies: MessagePort
      /** Shared; 1 = nobody waits any more. A thread at work hears no messages. */
      readonly cancelled: Uint8Array
    }
  | { readonly type: 'end' }

export type ThreadReply<Result> =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string }

/** Who waits for a task, as seen from inside the thread. */
export interface TaskRun {
  onProgress(progress: Progress): void
  throwIfCancelled(): void
}

class Cancelled extends Error {}

/**
 * V8 may still be compiling what the last task made hot. A thread that ends meanwhile can take the whole process with
 * it (Node 20: "Assertion failed: (data.first) != nullptr" in NodePlatform::ForIsolate).
 */
const compilingMs = 200

/**
 * Does what a `Thread` asks for, until it is told to end.
 *
 * @param transferred What of a result is handed over instead of being copied
 * @param onEnd Last of all
 */
export function serveTasks<Task, Result>(
  work: (task: Task, run: TaskRun) => Result,
  transferred: (result: Result) => readonly Transferable[],
  onEnd: () => void = () => {},
): void {
  parentPort?.on('message', (request: ThreadRequest<Task>) => {
    if (request.type === 'end') {
      setTimeout(() => {
        onEnd()
        parentPort?.close()
      }, compilingMs)
      return
    }
    const { task, replies, cancelled } = request
    const reply = (message: ThreadReply<Result>, transfer: readonly Transferable[] = []) =>
      replies.postMessage(message, transfer)
    try {
      const result = work(task, {
        onProgress: (progress) => reply({ type: 'progress', progress }),
        throwIfCancelled: () => {
          if (Atomics.load(cancelled, 0) === 1) throw new Cancelled()
        },
      })
      reply({ type: 'done', result }, transferred(result))
    } catch (error) {
      // An error's class does not survive the way between threads. Bugs end the thread, with their stack.
      if (error instanceof CompanionError)
        reply({ type: 'refused', code: error.code, message: error.message })
      else if (!(error instanceof Cancelled)) throw error
    }
  })
}
