import type { Frame, PatchReply, ProgressReply, Rect, Reply, Request } from '../companion/protocol.ts'
import { CompanionFailure, connectionLost } from './companion-failure.ts'
import { strings } from './strings.ts'

export type Patch = PatchReply & { readonly png: Uint8Array }

/** One answer to what is meant by a click, a box or a scribble. */
export interface Candidate {
  readonly rect: Rect
  readonly score: number
  /** Grey PNG of the picture's size, white = selected. */
  readonly mask: Uint8Array
}

/** What came of a job, in the order in which it came. */
export interface Outcome {
  readonly patches: readonly Patch[]
  readonly candidates: readonly Candidate[]
}

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
  follow(id: string, run: Run, begin: () => boolean): Promise<Outcome>
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
  candidates: readonly Candidate[]
  readonly resolve: (outcome: Outcome) => void
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
          candidates: [],
          resolve(outcome) {
            run.signal.removeEventListener('abort', cancel)
            resolve(outcome)
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
        case 'selection': {
          const job = jobs.get(reply.id)
          if (job !== undefined) job.candidates = candidatesFrom(reply, blobs)
          return true
        }
        case 'done': {
          const job = take(reply.id)
          job?.resolve({ patches: job.patches, candidates: job.candidates })
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

/** There is a blob for each candidate, in their order. */
function candidatesFrom(
  { candidates }: Extract<Reply, { type: 'selection' }>,
  blobs: Frame['blobs'],
): readonly Candidate[] {
  return candidates.flatMap((candidate, index) => {
    const mask = blobs[index]?.bytes
    return mask === undefined ? [] : [{ ...candidate, mask }]
  })
}

function bytesOf(blobs: Frame['blobs'], name: string): Uint8Array | undefined {
  return blobs.find((blob) => blob.name === name)?.bytes
}
