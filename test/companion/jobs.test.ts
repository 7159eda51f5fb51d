import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CompanionError } from '../../companion/errors.ts'
import type { Job, Lane, Listener } from '../../companion/job.ts'
import { Jobs } from '../../companion/jobs.ts'
import { silentLog } from '../../companion/log.ts'
import { decodeMessage } from '../../companion/protocol.ts'

const minuteMs = 60_000

/** Writes down what it hears, in short: "a queued 0/1", "a patch", "a done". */
class Ear implements Listener {
  readonly locale = 'en'
  readonly heard: string[] = []
  send(message: Uint8Array): void {
    const { type, id, stage, done, total, code } = decodeMessage(message).header
    this.heard.push(
      type === 'progress'
        ? `${id} ${stage} ${done}/${total}`
        : type === 'failed'
          ? `${id} ${code}`
          : `${id} ${type}`,
    )
  }
  async sent(message: Uint8Array): Promise<void> {
    this.send(message)
  }
}

/** Jobs that stand still until they are told to end. */
class Workshop {
  readonly jobs = new Jobs(silentLog)
  readonly started: string[] = []
  readonly #ends = new Map<string, { resolve(): void; reject(error: Error): void }>()
  readonly #running = new Map<string, Job>()

  submit(client: string, id: string, { lane = 'embedded' as Lane, listener = new Ear() } = {}): Ear {
    this.jobs.submit({
      ...{ client, id, lane, listener },
      work: (job) => {
        this.started.push(id)
        this.#running.set(id, job)
        return new Promise((resolve, reject) => this.#ends.set(id, { resolve, reject }))
      },
    })
    return listener
  }

  say(id: string, blobBytes = 0): void {
    const rect = { x: 0, y: 0, width: 3, height: 2 }
    this.#running
      .get(id)!
      .say({ type: 'patch', id, variation: 0, seed: 1, rect, used: {} as never }, [
        { name: 'patch', bytes: new Uint8Array(blobBytes) },
      ])
  }

  progress(id: string, done: number): void {
    this.#running.get(id)!.say({ type: 'progress', id, stage: 'fill', done, total: 4, unit: 'levels' })
  }

  async end(id: string, error?: Error): Promise<void> {
    if (error === undefined) this.#ends.get(id)!.resolve()
    else this.#ends.get(id)!.reject(error)
    await vi.advanceTimersByTimeAsync(0)
  }

  signalOf(id: string): AbortSignal {
    return this.#running.get(id)!.signal
  }
}

function attach(workshop: Workshop, client: string, id: string): string[] {
  const ear = new Ear()
  void workshop.jobs.find(client, id)?.attach(ear)
  return ear.heard
}

describe('Jobs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('run one at a time in each lane, and the lanes beside each other', async () => {
    const workshop = new Workshop()
    workshop.submit('ann', 'a')
    workshop.submit('ann', 'b')
    workshop.submit('ann', 'c', { lane: 'model' })
    expect(workshop.started).toEqual(['a', 'c'])
    await workshop.end('a')
    expect(workshop.started).toEqual(['a', 'c', 'b'])
  })

  test('say that they are done', async () => {
    const workshop = new Workshop()
    const ear = workshop.submit('ann', 'a')
    await workshop.end('a')
    expect(ear.heard).toEqual(['a done'])
  })

  test('take turns by client', async () => {
    const workshop = new Workshop()
    for (const id of ['a1', 'a2', 'a3', 'a4']) workshop.submit('ann', id)
    for (const id of ['b1', 'b2']) workshop.submit('bob', id)
    workshop.submit('cid', 'c1')
    for (const id of ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']) {
      expect(workshop.started.at(-1)).toBe(id)
      await workshop.end(id)
    }
  })

  test('say how many are ahead, and each time one of those has ended', async () => {
    const workshop = new Workshop()
    const first = workshop.submit('ann', 'a1')
    workshop.submit('ann', 'a2')
    const third = workshop.submit('ann', 'a3')
    const other = workshop.submit('bob', 'b1')
    expect(first.heard).toEqual([])
    expect(third.heard).toEqual(['a3 queued 0/2'])
    // Its turn comes before the second of the other client.
    expect(other.heard).toEqual(['b1 queued 0/1'])
    await workshop.end('a1')
    expect(other.heard).toEqual(['b1 queued 0/1', 'b1 queued 1/1'])
    await workshop.end('b1')
    expect(third.heard).toEqual(['a3 queued 0/2', 'a3 queued 1/2'])
    await workshop.end('a2')
    expect(third.heard).toEqual(['a3 queued 0/2', 'a3 queued 1/2', 'a3 queued 2/2'])
  })

  test('count a cancelled job as ended for those behind it', () => {
    const workshop = new Workshop()
    for (const id of ['a', 'b']) workshop.submit('ann', id)
    const last = workshop.submit('ann', 'c')
    workshop.jobs.cancel('ann', 'b')
    expect(last.heard).toEqual(['c queued 0/2', 'c queued 1/2'])
  })

  test('may wait sixteen at a time for each client, the running one not counted', () => {
    const workshop = new Workshop()
    for (let index = 0; index <= 16; index += 1) workshop.submit('ann', `a${index}`)
    expect(() => workshop.submit('ann', 'a17')).toThrow(expect.objectContaining({ code: 'queue-full' }))
    expect(() => workshop.submit('bob', 'b0')).not.toThrow()
    workshop.jobs.cancel('ann', 'a3')
    expect(() => workshop.submit('ann', 'a17')).not.toThrow()
  })

  test('fail with their own code, and the next one runs', async () => {
    const workshop = new Workshop()
    const first = workshop.submit('ann', 'a')
    workshop.submit('ann', 'b')
    await workshop.end('a', new CompanionError('mask-empty', 'Nothing is marked.'))
    expect(first.heard).toEqual(['a mask-empty'])
    expect(workshop.started).toEqual(['a', 'b'])
  })

  test('fail as internal when there is a bug, whose stack stands in the log beside the id that the client sees', async () => {
    const error = vi.fn()
    const jobs = new Jobs({ ...silentLog, info: vi.fn(), error })
    const messages: Uint8Array[] = []
    const listener = {
      locale: 'en' as const,
      send: (message: Uint8Array) => void messages.push(message),
      sent: async () => {},
    }
    const bug = new TypeError('undefined is not a function')
    jobs.submit({ client: 'ann', id: 'a', lane: 'embedded', listener, work: () => Promise.reject(bug) })
    await vi.advanceTimersByTimeAsync(0)
    const { code, message } = decodeMessage(messages[0]!).header
    expect(code).toBe('internal')
    const { errorId, err } = error.mock.calls[0]![0]
    expect(err).toBe(bug)
    expect(message).toContain(errorId)
    expect(message).not.toContain('function')
  })

  test('are cancelled at once while they wait', async () => {
    const workshop = new Workshop()
    workshop.submit('ann', 'a')
    const waiting = workshop.submit('ann', 'b')
    workshop.jobs.cancel('ann', 'b')
    expect(waiting.heard).toEqual(['b queued 0/1', 'b cancelled'])
    await workshop.end('a')
    expect(workshop.started).toEqual(['a'])
  })

  test('are cancelled at once while they run, but the next one waits until the work has stopped', async () => {
    const workshop = new Workshop()
    const running = workshop.submit('ann', 'a')
    workshop.submit('ann', 'b')
    workshop.jobs.cancel('ann', 'a')
    expect(running.heard).toEqual(['a cancelled'])
    expect(workshop.signalOf('a').aborted).toBe(true)
    expect(workshop.started).toEqual(['a'])
    await workshop.end('a', workshop.signalOf('a').reason)
    expect(workshop.started).toEqual(['a', 'b'])
    expect(running.heard).toEqual(['a cancelled'])
  })

  test('say nothing after they were cancelled, whatever the engine still does', async () => {
    const workshop = new Workshop()
    const ear = workshop.submit('ann', 'a')
    workshop.jobs.cancel('ann', 'a')
    workshop.say('a')
    await workshop.end('a')
    workshop.jobs.cancel('ann', 'a')
    expect(ear.heard).toEqual(['a cancelled'])
  })

  test('are not cancelled by another client', () => {
    const workshop = new Workshop()
    const ear = workshop.submit('ann', 'a')
    workshop.jobs.cancel('bob', 'a')
    expect(ear.heard).toEqual([])
  })

  test('tell whoever attaches the latest progress, all patches, then what comes', async () => {
    const workshop = new Workshop()
    const first = workshop.submit('ann', 'a')
    workshop.progress('a', 1)
    workshop.say('a')
    workshop.progress('a', 2)
    const heard = attach(workshop, 'ann', 'a')
    await vi.advanceTimersByTimeAsync(0)
    expect(heard).toEqual(['a fill 2/4', 'a patch'])
    workshop.say('a')
    await workshop.end('a')
    expect(heard).toEqual(['a fill 2/4', 'a patch', 'a patch', 'a done'])
    expect(first.heard).toEqual(['a fill 1/4', 'a patch', 'a fill 2/4', 'a patch', 'a done'])
  })

  test('lose no patch that comes while earlier ones are still being sent', async () => {
    const workshop = new Workshop()
    workshop.submit('ann', 'a')
    workshop.say('a', 1)
    const ear = new Ear()
    let read = () => {}
    ear.sent = async (message) => {
      ear.send(message)
      await new Promise<void>((resolve) => {
        read = resolve
      })
    }
    void workshop.jobs.find('ann', 'a')!.attach(ear)
    workshop.say('a', 2)
    await workshop.end('a')
    expect(ear.heard).toEqual(['a patch'])
    read()
    await vi.advanceTimersByTimeAsync(0)
    read()
    await vi.advanceTimersByTimeAsync(0)
    expect(ear.heard).toEqual(['a patch', 'a patch', 'a done'])
  })

  test.each([
    ['done', async (workshop: Workshop) => workshop.end('a'), 'a done'],
    [
      'failed',
      async (workshop: Workshop) => workshop.end('a', new CompanionError('mask-size', 'No.')),
      'a mask-size',
    ],
    ['cancelled', async (workshop: Workshop) => workshop.jobs.cancel('ann', 'a'), 'a cancelled'],
  ])('tell their end to whoever attaches later: %s', async (_how, finish, end) => {
    const workshop = new Workshop()
    workshop.submit('ann', 'a')
    await finish(workshop)
    expect(attach(workshop, 'ann', 'a')).toEqual([end])
  })

  test('are kept for ten minutes after their end', async () => {
    const workshop = new Workshop()
    workshop.submit('ann', 'a')
    await vi.advanceTimersByTimeAsync(60 * minuteMs)
    await workshop.end('a')
    await vi.advanceTimersByTimeAsync(10 * minuteMs - 1)
    expect(workshop.jobs.find('ann', 'a')).toBeDefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(workshop.jobs.find('ann', 'a')).toBeUndefined()
  })

  test('are kept up to 64 for each client, the oldest dropped first', async () => {
    const workshop = new Workshop()
    workshop.submit('bob', 'b')
    await workshop.end('b')
    for (let index = 0; index < 65; index += 1) {
      workshop.submit('ann', `a${index}`)
      await workshop.end(`a${index}`)
    }
    expect(workshop.jobs.find('ann', 'a0')).toBeUndefined()
    expect(workshop.jobs.find('ann', 'a1')).toBeDefined()
    expect(workshop.jobs.find('bob', 'b')).toBeDefined()
  })

  test('are kept up to 256 MiB for each client', async () => {
    const workshop = new Workshop()
    for (const id of ['a', 'b', 'c']) {
      workshop.submit('ann', id)
      workshop.say(id, 100 * 2 ** 20)
      await workshop.end(id)
    }
    expect(workshop.jobs.find('ann', 'a')).toBeUndefined()
    expect(workshop.jobs.find('ann', 'b')).toBeDefined()
  })

  test('may use the id of one that ended, and replace its result', async () => {
    const workshop = new Workshop()
    workshop.submit('ann', 'a')
    await workshop.end('a')
    await vi.advanceTimersByTimeAsync(9 * minuteMs)
    workshop.submit('ann', 'a')
    workshop.say('a')
    await workshop.end('a')
    expect(attach(workshop, 'ann', 'a')[0]).toBe('a patch')
    // The ten minutes of the first one are no longer counted.
    await vi.advanceTimersByTimeAsync(5 * minuteMs)
    expect(workshop.jobs.find('ann', 'a')).toBeDefined()
  })

  test('may use the id of one that was cancelled and is still stopping', async () => {
    const workshop = new Workshop()
    workshop.submit('ann', 'a')
    workshop.jobs.cancel('ann', 'a')
    const cancelled = workshop.signalOf('a')
    const again = workshop.submit('ann', 'a')
    await workshop.end('a', cancelled.reason)
    await workshop.end('a')
    expect(again.heard.at(-1)).toBe('a done')
  })

  test('end and are forgotten with a client that is no longer paired', async () => {
    const workshop = new Workshop()
    const running = workshop.submit('ann', 'a')
    const other = workshop.submit('bob', 'b')
    workshop.jobs.forgetClient('ann')
    expect(running.heard).toEqual(['a cancelled'])
    expect(workshop.jobs.find('ann', 'a')).toBeUndefined()
    await workshop.end('a', workshop.signalOf('a').reason)
    await workshop.end('b')
    expect(other.heard.at(-1)).toBe('b done')
  })

  test('that run may end by themselves when the companion stops; others are refused', async () => {
    const workshop = new Workshop()
    const running = workshop.submit('ann', 'a')
    const waiting = workshop.submit('ann', 'b')
    let hasStopped = false
    void workshop.jobs.stop(10_000).then(() => {
      hasStopped = true
    })
    expect(waiting.heard.at(-1)).toBe('b shutting-down')
    expect(() => workshop.submit('ann', 'c')).toThrow(expect.objectContaining({ code: 'shutting-down' }))
    await vi.advanceTimersByTimeAsync(9_999)
    expect(hasStopped).toBe(false)
    await workshop.end('a')
    expect(running.heard).toEqual(['a done'])
    expect(hasStopped).toBe(true)
    expect(workshop.started).toEqual(['a'])
  })

  test('that run too long are stopped with the companion', async () => {
    const workshop = new Workshop()
    const running = workshop.submit('ann', 'a')
    const stopping = workshop.jobs.stop(10_000)
    await vi.advanceTimersByTimeAsync(10_000)
    await stopping
    expect(running.heard).toEqual(['a shutting-down'])
    expect(workshop.signalOf('a').aborted).toBe(true)
  })
})
