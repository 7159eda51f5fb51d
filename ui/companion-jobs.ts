import type { Frame, PatchReply, ProgressReply, Reply, Request } from '../companion/protocol.ts'
import { CompanionFailure, connectionLost } from './companion-failure.ts'
import { strings } from './strings.ts'

export type Patch = PatchReply & { readonly png: Uint8Array }

export interface Run {
  readonly signal: AbortSignal
  /** @param preview A small PNG, where one was asked for. */
  readonly onProgress: (progress: ProgressReply, preview?: Uint8Array) => void
}

/** The jobs that have not ended. They outlast their socket: each is asked for again on the next one. */
export interface CompanionJobs {
  /**
   * Runs a job to its end.
   *
   * @param begin Asks for it; false: there is no connection.
   * @throws CompanionFailure, or the signal's reason after a cancel.
   */
  follow(id: string, run: Run, begin: () => boolean): Promise<readonly Patch[]>
  /** There is a connection: finds the jobs again, and cancels those that were cancelled without one. */
  resume(): void
  /** Takes what is about jobs; false: it is about something else. */
  receive(reply: Reply, blobs: Frame['blobs']): boolean
  /** Ends a job with a failure; without an id, all of them. */
  fail(id: string | undefined, failure: CompanionFailure): void
}

interface Job {
  readonly run: Run
  readonly patches: Patch[]
  readonly resolve: (patches: readonly Patch[]) => void
  readonly reject: (reason: unknown) => void
}

/** @param send False: there is no connection. */
export function createCompanionJobs(send: (request: Request) => boolean): CompanionJobs {
  const jobs = new Map<string, Job>()
  /** Cancelled while there was no connection. */
  const abandoned = new Set<string>()

  return {
    follow(id, run, begin) {
      return new Promise((resolve, reject) => {
        run.signal.throwIfAborted()
        if (!begin()) {
          reject(connectionLost())
          return
        }
        const cancel = () => {
          take(id)
          if (!send({ type: 'cancel', id })) abandoned.add(id)
          reject(run.signal.reason)
        }
        run.signal.addEventListener('abort', cancel, { once: true })
        jobs.set(id, {
          run,
          patches: [],
          resolve(patches) {
            run.signal.removeEventListener('abort', cancel)
            resolve(patches)
          },
          reject(reason) {
            run.signal.removeEventListener('abort', cancel)
            reject(reason)
          },
        })
      })
    },
    resume() {
      for (const id of abandoned) send({ type: 'cancel', id })
      abandoned.clear()
      for (const id of jobs.keys()) send({ type: 'attach', id })
    },
    receive(reply, blobs) {
      switch (reply.type) {
        case 'progress':
          jobs.get(reply.id)?.run.onProgress(reply, bytesOf(blobs, 'preview'))
          return true
        case 'patch':
          receivePatch(reply, blobs)
          return true
        case 'done': {
          const job = take(reply.id)
          job?.resolve(job.patches)
          return true
        }
        case 'cancelled':
          take(reply.id)?.reject(new CompanionFailure('engine-stopped', strings.cancelledElsewhere))
          return true
        default:
          return false
      }
    },
    fail(id, failure) {
      for (const each of id === undefined ? [...jobs.keys()] : [id]) take(each)?.reject(failure)
    },
  }

  function receivePatch(reply: PatchReply, blobs: Frame['blobs']): void {
    const job = jobs.get(reply.id)
    const png = bytesOf(blobs, 'patch')
    // After a new `attach`, patches come again from the first.
    const isKnown = job?.patches.some(({ variation }) => variation === reply.variation)
    if (png !== undefined && !isKnown) job?.patches.push({ ...reply, png })
  }

  function take(id: string): Job | undefined {
    const job = jobs.get(id)
    jobs.delete(id)
    return job
  }
}

function bytesOf(blobs: Frame['blobs'], name: string): Uint8Array | undefined {
  return blobs.find((blob) => blob.name === name)?.bytes
}
