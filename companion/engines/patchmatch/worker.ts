import { type MessagePort, parentPort } from 'node:worker_threads'
import { CompanionError } from '../../errors.ts'
import type { Image } from '../../image/image.ts'
import type { ErrorCode } from '../../protocol.ts'
import type { CompletionTask } from './complete.ts'
import { copyExactly } from './exact.ts'
import { createCompleter } from './variations.ts'

/** What the thread is asked: a task with a line of its own, or to end. */
export type ThreadRequest =
  | {
      /** copy: complete only where the whole hole can be copied exactly */
      readonly type: 'complete' | 'copy'
      readonly task: CompletionTask
      readonly replies: MessagePort
      /** Shared; 1 = nobody waits any more. A thread at work hears no messages. */
      readonly cancelled: Uint8Array
    }
  | { readonly type: 'end' }

export type ThreadReply =
  | { readonly type: 'level'; readonly done: number; readonly total: number }
  /** null: it cannot be copied */
  | { readonly type: 'completed'; readonly image: Image | null }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string }

class Cancelled extends Error {}

/**
 * V8 may still be compiling what the last task made hot. A thread that ends meanwhile can take the whole process with
 * it (Node 20: "Assertion failed: (data.first) != nullptr" in NodePlatform::ForIsolate).
 */
const compilingMs = 200

const complete = createCompleter()

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.type === 'end') {
    setTimeout(() => parentPort?.close(), compilingMs)
    return
  }
  const { task, replies, cancelled } = request
  const reply = (message: ThreadReply, transfer: ArrayBuffer[] = []) => replies.postMessage(message, transfer)
  try {
    const run = {
      onLevel: (done: number, total: number) => reply({ type: 'level', done, total }),
      throwIfCancelled: () => {
        if (Atomics.load(cancelled, 0) === 1) throw new Cancelled()
      },
    }
    const image = request.type === 'copy' ? copyExactly(task) : complete(task, run)
    reply({ type: 'completed', image }, image === null ? [] : [image.data.buffer as ArrayBuffer])
  } catch (error) {
    // An error's class does not survive the way between threads. Bugs end the thread, with their stack.
    if (error instanceof CompanionError) reply({ type: 'refused', code: error.code, message: error.message })
    else if (!(error instanceof Cancelled)) throw error
  }
})
