import { CompanionError } from './errors.ts'
import { failedReply } from './failure.ts'
import { Job, type Lane, type Listener } from './job.ts'
import type { Log } from './log.ts'
import type { ClientId } from './tokens.ts'
import { words } from './words.ts'

const mostWaiting = 16
const mostKeptJobs = 64
const mostKeptBytes = 256 * 2 ** 20
const keptForMs = 10 * 60_000

/** What a job does when its turn has come. It says patches and progress itself; done, failed and cancelled are said for it. */
export type Work = (job: Job, queueMs: number) => Promise<void>

export interface JobRequest {
  readonly client: ClientId
  readonly id: string
  readonly lane: Lane
  readonly listener: Listener
  readonly work: Work
}

/**
 * All jobs of all clients: those that wait for their turn, one at work in each lane, and those that ended, kept for
 * whoever lost the connection.
 */
export class Jobs {
  readonly #log: Log
  readonly #clients = new Map<ClientId, Client>()
  readonly #waiting: Entry[] = []
  /** Settles when the work has really stopped, which for a cancelled job is later than its end. */
  readonly #running = new Map<Lane, { entry: Entry; stopped: Promise<void> }>()
  #turn = 0
  #stopping = false

  constructor(log: Log) {
    this.#log = log
  }

  /** @throws CompanionError 'queue-full', 'shutting-down' */
  submit({ client: clientId, id, lane, listener, work }: JobRequest): void {
    if (this.#stopping) throw new CompanionError('shutting-down', words.shuttingDown)
    const client = this.#clientOf(clientId)
    if (this.#waiting.filter((entry) => entry.client === client).length >= mostWaiting) {
      throw new CompanionError('queue-full', words.queueFull(mostWaiting))
    }
    forgetJob(client, id)
    const job = new Job(id, lane, listener)
    client.jobs.set(id, { job, expiry: undefined })
    const entry: Entry = { client, job, work, submittedAt: Date.now(), ahead: [] }
    this.#waiting.push(entry)
    this.#startNext(lane)
    if (!this.#waiting.includes(entry)) return
    entry.ahead = this.#aheadOf(entry)
    sayPlaceInQueue(entry)
  }

  /** undefined: never heard of, or no longer kept. */
  find(client: ClientId, id: string): Job | undefined {
    return this.#clients.get(client)?.jobs.get(id)?.job
  }

  /** Whether a job of this id waits or runs. */
  isBusy(client: ClientId, id: string): boolean {
    return this.find(client, id)?.hasEnded === false
  }

  /** Nothing happens when there is no such job, or it has ended. */
  cancel(client: ClientId, id: string): void {
    const job = this.find(client, id)
    if (job === undefined || job.hasEnded) return
    this.#log.info({ id }, 'cancelled')
    job.end({ type: 'cancelled', id })
    this.#drop(job)
  }

  /** Ends and forgets all jobs of a client that is no longer paired. */
  forgetClient(clientId: ClientId): void {
    const client = this.#clients.get(clientId)
    if (client === undefined) return
    for (const id of [...client.jobs.keys()]) {
      this.cancel(clientId, id)
      forgetJob(client, id)
    }
    this.#clients.delete(clientId)
  }

  /** A connection that closed hears nothing more; its jobs go on. */
  forgetListener(listener: Listener): void {
    for (const { jobs } of this.#clients.values()) {
      for (const { job } of jobs.values()) job.forget(listener)
    }
  }

  /** Refuses new and waiting jobs, and gives running ones so long to end by themselves. Resolves when all have ended. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    const refusal = new CompanionError('shutting-down', words.shuttingDown)
    const refuse = (job: Job) => job.end(failedReply(refusal, job.id, this.#log))
    for (const { job } of this.#waiting.splice(0)) refuse(job)

    const stopped = Promise.all([...this.#running.values()].map((each) => each.stopped))
    let outOfTime: NodeJS.Timeout | undefined
    const grace = new Promise((resolve) => {
      outOfTime = setTimeout(resolve, graceMs)
    })
    await Promise.race([stopped, grace])
    clearTimeout(outOfTime)
    for (const { entry } of this.#running.values()) refuse(entry.job)
    for (const { jobs } of this.#clients.values())
      for (const { expiry } of jobs.values()) clearTimeout(expiry)
  }

  #clientOf(id: ClientId): Client {
    const known = this.#clients.get(id)
    if (known !== undefined) return known
    const client: Client = { jobs: new Map(), lastTurn: 0 }
    this.#clients.set(id, client)
    return client
  }

  #startNext(lane: Lane): void {
    const entry = this.#running.has(lane) ? undefined : inTurn(this.#waitingIn(lane))[0]
    if (entry === undefined) return
    this.#waiting.splice(this.#waiting.indexOf(entry), 1)
    entry.client.lastTurn = ++this.#turn
    const stopped = this.#run(entry).finally(() => {
      this.#running.delete(lane)
      this.#startNext(lane)
    })
    this.#running.set(lane, { entry, stopped })
  }

  async #run({ client, job, work, submittedAt }: Entry): Promise<void> {
    const startedAt = Date.now()
    const queueMs = startedAt - submittedAt
    this.#log.info({ id: job.id, lane: job.lane, queueMs }, 'job started')
    try {
      await work(job, queueMs)
      job.say({ type: 'done', id: job.id })
    } catch (error) {
      if (error !== job.signal.reason) job.say(failedReply(error, job.id, this.#log))
    }
    this.#log.info({ id: job.id, ms: Date.now() - startedAt }, 'job ended')
    this.#settle(client, job)
  }

  /** Takes a job that has ended out of the queue; one at work settles by itself. */
  #drop(job: Job): void {
    const index = this.#waiting.findIndex((entry) => entry.job === job)
    if (index < 0) return
    const [entry] = this.#waiting.splice(index, 1)
    this.#settle(entry!.client, job)
  }

  /** The job has ended: those behind it hear of it, and its result is kept for a while. */
  #settle(client: Client, job: Job): void {
    for (const entry of this.#waiting) if (entry.ahead.includes(job)) sayPlaceInQueue(entry)
    const kept = client.jobs.get(job.id)
    // Its id may have been used again after a cancel, while the work was still stopping.
    if (kept?.job !== job) return
    kept.expiry = setTimeout(() => forgetJob(client, job.id), keptForMs)
    kept.expiry.unref()
    keepWithinLimits(client)
  }

  /** The running job and those whose turn comes before. */
  #aheadOf({ job }: Entry): Job[] {
    const order = inTurn(this.#waitingIn(job.lane)).map((entry) => entry.job)
    const running = this.#running.get(job.lane)!.entry.job
    return [running, ...order.slice(0, order.indexOf(job))].filter((other) => !other.hasEnded)
  }

  #waitingIn(lane: Lane): Entry[] {
    return this.#waiting.filter(({ job }) => job.lane === lane)
  }
}

/** What is known of a client: its jobs by their ids, oldest first, and when it had its last turn. */
interface Client {
  readonly jobs: Map<string, { readonly job: Job; expiry: NodeJS.Timeout | undefined }>
  lastTurn: number
}

/** A job on its way through the queue. */
interface Entry {
  readonly client: Client
  readonly job: Job
  readonly work: Work
  readonly submittedAt: number
  /** The jobs that were ahead when it was submitted, the running one included. */
  ahead: readonly Job[]
}

/**
 * The order in which these get their turn, if no others come: always the oldest job of the client whose last turn is
 * longest ago.
 */
function inTurn(waiting: readonly Entry[]): Entry[] {
  const rest = [...waiting]
  const lastTurns = new Map(rest.map(({ client }) => [client, client.lastTurn]))
  const lastTurnOf = ({ client }: Entry) => lastTurns.get(client)!
  let turn = Math.max(...lastTurns.values())
  const order: Entry[] = []
  while (rest.length > 0) {
    const next = rest.reduce((first, entry) => (lastTurnOf(entry) < lastTurnOf(first) ? entry : first))
    lastTurns.set(next.client, ++turn)
    order.push(...rest.splice(rest.indexOf(next), 1))
  }
  return order
}

function sayPlaceInQueue({ job, ahead }: Entry): void {
  const done = ahead.filter((other) => other.hasEnded).length
  job.say({ type: 'progress', id: job.id, stage: 'queued', done, total: ahead.length, unit: 'jobs' })
}

function forgetJob(client: Client, id: string): void {
  clearTimeout(client.jobs.get(id)?.expiry)
  client.jobs.delete(id)
}

/** Drops the oldest results first. */
function keepWithinLimits(client: Client): void {
  const ended = [...client.jobs.values()].map(({ job }) => job).filter((job) => job.hasEnded)
  let bytes = ended.reduce((sum, job) => sum + job.keptBytes, 0)
  for (let kept = ended.length; kept > mostKeptJobs || bytes > mostKeptBytes; kept--) {
    const oldest = ended.shift()!
    bytes -= oldest.keptBytes
    forgetJob(client, oldest.id)
  }
}
