import {
  decodeMessage,
  encodeMessage,
  type FailedReply,
  type FillRequest,
  type Frame,
  type Health,
  type ImageRequest,
  type ModelInfo,
  type Blob as NamedBlob,
  type PatchReply,
  type ProgressReply,
  path,
  protocolVersion,
  type Reply,
  type Request,
  subprotocol,
} from '../companion/protocol.ts'
import type { LocalNetworkPermission } from './permission.ts'
import { strings } from './strings.ts'

export type Ready = Extract<Reply, { type: 'ready' }>
export type ImageReady = Extract<Reply, { type: 'image-ready' }>
export type Patch = PatchReply & { readonly png: Uint8Array }

/** How things stand with the companion. */
export type Link =
  /** Looking for it, or greeting it. */
  | { readonly state: 'searching' }
  /** The browser will ask the person before it lets the window through; `search` begins. */
  | { readonly state: 'permission-needed' }
  /** The browser does not let the window through. Looked for again by itself. */
  | { readonly state: 'blocked' }
  /** Not running on any of the ports. Looked for again by itself. */
  | { readonly state: 'absent' }
  | { readonly state: 'pairing'; readonly problem: PairingProblem | null }
  | { readonly state: 'ready'; readonly ready: Ready }
  /** It speaks another version of the protocol. */
  | { readonly state: 'outdated'; readonly message: string }

export type PairingProblem =
  | { readonly kind: 'wrong'; readonly attemptsLeft: number }
  /** `untilMs`: on the clock of `Date.now`. */
  | { readonly kind: 'locked'; readonly untilMs: number }

export interface ConnectOptions {
  /** Tried in order. */
  readonly ports: readonly number[]
  /** From an earlier pairing. */
  readonly token: string | null
  readonly client: { readonly name: string; readonly version: string }
  readonly WebSocket: SocketClass
  readonly fetch: (url: string, init: { signal: AbortSignal }) => Promise<FetchResponse>
  /** Default: not known, and so never waited for. */
  readonly permission?: () => Promise<LocalNetworkPermission>
  readonly onLink: (link: Link) => void
  /** A new token after pairing, to be kept. */
  readonly onToken?: (token: string) => void
  /** How long to wait before looking again, by the number of vain looks so far. */
  readonly retryMs?: (attempt: number) => number
}

/** A connection that keeps itself up: it looks for the companion until `close`, and finds its running jobs again. */
export interface Companion {
  /** Looks for the companion now: after `permission-needed`, or instead of waiting for the next try. */
  search(): void
  /** What comes of it, `onLink` says. */
  pair(code: string): void
  /**
   * Gives the companion an image, under `request.id`.
   *
   * @throws CompanionFailure
   */
  sendImage(request: Omit<ImageRequest, 'type'>, blobs: ImageBlobs): Promise<ImageReady>
  /**
   * Runs a job to its end. A connection that drops meanwhile is made again, the job is found again.
   *
   * @param mask PNG of the image's size, white = fill; null to expand.
   * @throws CompanionFailure, or the signal's reason after a cancel.
   */
  fill(request: Omit<FillRequest, 'type'>, mask: Uint8Array | null, run: Run): Promise<readonly Patch[]>
  /** Waits for the end of a job that an earlier connection began. Throws as `fill` does. */
  attach(jobId: string, run: Run): Promise<readonly Patch[]>
  /**
   * What there is to install, and what of it is installed.
   *
   * @throws CompanionFailure
   */
  models(): Promise<readonly ModelInfo[]>
  /** Downloads a model, whose licence is accepted by that. Throws as `fill` does. */
  install(jobId: string, modelId: string, run: Run): Promise<void>
  /** @throws CompanionFailure */
  uninstall(modelId: string): Promise<void>
  close(): void
}

export interface ImageBlobs {
  /** PNG, JPEG, WebP or GIF; absent with `from`. */
  readonly image?: Uint8Array
  /** One RGBA PNG for each of the request's `patches`. */
  readonly patches?: readonly Uint8Array[]
}

export interface Run {
  readonly signal: AbortSignal
  readonly onProgress: (progress: ProgressReply) => void
}

/** The companion said no, or went away; `message` and `hint` are for the person at the screen. */
export class CompanionFailure extends Error {
  override readonly name = 'CompanionFailure'
  readonly code: FailedReply['code'] | 'connection-lost'
  readonly hint: string | undefined

  constructor(code: CompanionFailure['code'], message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** What is used of a WebSocket: the browser's and the one of the `ws` package both fit. */
export interface Socket {
  binaryType: string
  readonly readyState: number
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
}
export type SocketClass = new (url: string, protocol: string) => Socket

/** What is used of a response: the browser's and Node's both fit. */
export interface FetchResponse {
  readonly ok: boolean
  json(): Promise<unknown>
}

/** A companion on the same machine answers in milliseconds; something else on its port may never. */
const answerTimeoutMs = 4000
/** While the browser's question is open, the connection waits with it for the person. */
const promptTimeoutMs = 120_000
const openState = 1

interface Job {
  readonly run: Run
  readonly patches: Patch[]
  readonly resolve: (patches: readonly Patch[]) => void
  readonly reject: (reason: unknown) => void
}

interface Pending<T> {
  readonly resolve: (reply: T) => void
  readonly reject: (failure: CompanionFailure) => void
}

export function connect(options: ConnectOptions): Companion {
  const { permission = async () => 'unknown' as const, retryMs = defaultRetryMs } = options
  const jobs = new Map<string, Job>()
  const images = new Map<string, Pending<ImageReady>>()
  /** What is installed: whoever waits for it. */
  const questions: Pending<readonly ModelInfo[]>[] = []
  /** Cancelled while there was no connection. */
  const abandoned = new Set<string>()
  let token = options.token
  let link: Link | null = null
  let socket: Socket | null = null
  let isClosed = false
  let wake = () => {}

  void keepConnected()
  return { search: () => wake(), pair, sendImage, fill, attach, models, install, uninstall, close }

  async function keepConnected(): Promise<void> {
    let attempt = 0
    while (!isClosed) {
      const before = await permission()
      if (before === 'prompt' && link?.state !== 'permission-needed') {
        setLink({ state: 'permission-needed' })
        await sleepUntilWoken(null)
        if (isClosed) return
      }
      if (!isTriedAgainInSilence(link)) setLink({ state: 'searching' })
      const timeoutMs = before === 'prompt' ? promptTimeoutMs : answerTimeoutMs
      const port = await findPort(options, timeoutMs)
      if (isClosed) return
      const wasThere = port !== null && (await talk(port, timeoutMs))
      if (isClosed) return
      if (wasThere) {
        attempt = 0
        setLink({ state: 'searching' })
      } else if (!isOutdated()) {
        setLink({ state: (await permission()) === 'denied' ? 'blocked' : 'absent' })
      }
      await sleepUntilWoken(retryMs(attempt++))
    }
  }

  function isOutdated(): boolean {
    return link?.state === 'outdated'
  }

  /** One connection, from opening to its end. False: it never came to anything. */
  function talk(port: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const opened = new options.WebSocket(`ws://localhost:${port}${path}`, subprotocol)
      opened.binaryType = 'arraybuffer'
      socket = opened
      let wasAnswered = false
      const timer = setTimeout(() => opened.close(), timeoutMs)
      opened.addEventListener('open', greet)
      opened.addEventListener('message', ({ data }) => {
        clearTimeout(timer)
        wasAnswered = true
        receive(decodeMessage(new Uint8Array(data as ArrayBuffer)))
      })
      // A close follows each error.
      opened.addEventListener('error', () => {})
      opened.addEventListener('close', () => {
        clearTimeout(timer)
        socket = null
        rejectPending(connectionLost())
        resolve(wasAnswered && !isOutdated())
      })
    })
  }

  /** Said again, it is answered with what has changed since. */
  function greet(): void {
    send({
      type: 'hello',
      protocol: protocolVersion,
      client: options.client,
      ...(token === null ? {} : { token }),
    })
  }

  function receive({ header, blobs }: Frame): void {
    const reply = header as unknown as Reply
    switch (reply.type) {
      case 'ready':
        setLink({ state: 'ready', ready: reply })
        for (const id of abandoned) send({ type: 'cancel', id })
        abandoned.clear()
        for (const id of jobs.keys()) send({ type: 'attach', id })
        break
      case 'pair-needed':
        setLink({ state: 'pairing', problem: null })
        break
      case 'paired':
        token = reply.token
        options.onToken?.(reply.token)
        break
      case 'image-ready':
        images.get(reply.id)?.resolve(reply)
        images.delete(reply.id)
        break
      case 'progress':
        jobs.get(reply.id)?.run.onProgress(reply)
        break
      case 'patch':
        receivePatch(reply, blobs)
        break
      case 'done': {
        const job = takeJob(reply.id)
        job?.resolve(job.patches)
        break
      }
      case 'cancelled':
        takeJob(reply.id)?.reject(new CompanionFailure('engine-stopped', strings.cancelledElsewhere))
        break
      case 'failed':
        fail(reply)
        break
      case 'models':
        for (const question of questions.splice(0)) question.resolve(reply.models)
        break
      // Its socket closes next; selections are asked for by nobody yet.
      case 'closing':
      case 'selection':
        break
    }
  }

  function receivePatch(reply: PatchReply, blobs: readonly NamedBlob[]): void {
    const job = jobs.get(reply.id)
    const png = blobs.find(({ name }) => name === 'patch')?.bytes
    // After a new `attach`, patches come again from the first.
    const isKnown = job?.patches.some(({ variation }) => variation === reply.variation)
    if (png !== undefined && !isKnown) job?.patches.push({ ...reply, png })
  }

  function fail(reply: FailedReply): void {
    const failure = new CompanionFailure(reply.code, reply.message, reply.hint)
    switch (reply.code) {
      case 'pair-wrong':
        setLink({ state: 'pairing', problem: { kind: 'wrong', attemptsLeft: reply.attemptsLeft ?? 0 } })
        break
      case 'pair-locked':
        setLink({
          state: 'pairing',
          problem: { kind: 'locked', untilMs: Date.now() + (reply.retryAfterMs ?? 0) },
        })
        break
      case 'protocol-unsupported':
        setLink({ state: 'outdated', message: reply.message })
        socket?.close()
        break
      default:
        if (reply.id === undefined) {
          // It is about a message of ours, and does not say which: whoever waits for an answer would wait for ever.
          for (const id of [...jobs.keys()]) takeJob(id)?.reject(failure)
          rejectPending(failure)
        } else {
          takeJob(reply.id)?.reject(failure)
          images.get(reply.id)?.reject(failure)
          images.delete(reply.id)
        }
    }
  }

  function pair(code: string): void {
    send({ type: 'pair', code })
  }

  function sendImage(request: Omit<ImageRequest, 'type'>, blobs: ImageBlobs): Promise<ImageReady> {
    return new Promise((resolve, reject) => {
      const { image, patches = [] } = blobs
      const sent = send({ type: 'image', ...request }, [
        ...(image === undefined ? [] : [{ name: 'image', bytes: image }]),
        ...patches.map((bytes) => ({ name: 'patch', bytes })),
      ])
      if (sent) images.set(request.id, { resolve, reject })
      else reject(connectionLost())
    })
  }

  function fill(
    request: Omit<FillRequest, 'type'>,
    mask: Uint8Array | null,
    run: Run,
  ): Promise<readonly Patch[]> {
    const blobs = mask === null ? [] : [{ name: 'mask', bytes: mask }]
    return follow(request.id, run, () => send({ type: 'fill', ...request }, blobs))
  }

  function attach(jobId: string, run: Run): Promise<readonly Patch[]> {
    // Without a connection it is asked for with all the other jobs, once there is one.
    return follow(jobId, run, () => link?.state !== 'ready' || send({ type: 'attach', id: jobId }))
  }

  function models(): Promise<readonly ModelInfo[]> {
    return new Promise((resolve, reject) => {
      if (send({ type: 'models' })) questions.push({ resolve, reject })
      else reject(connectionLost())
    })
  }

  async function install(id: string, modelId: string, run: Run): Promise<void> {
    await follow(id, run, () => send({ type: 'install', id, modelId, acceptLicence: true }))
    // An engine may be ready now.
    greet()
  }

  async function uninstall(modelId: string): Promise<void> {
    const id = `uninstall-${modelId}`
    const run = { signal: new AbortController().signal, onProgress: () => {} }
    await follow(id, run, () => send({ type: 'uninstall', id, modelId }))
    greet()
  }

  function follow(id: string, run: Run, begin: () => boolean): Promise<readonly Patch[]> {
    return new Promise((resolve, reject) => {
      run.signal.throwIfAborted()
      if (!begin()) {
        reject(connectionLost())
        return
      }
      const cancel = () => {
        takeJob(id)
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
  }

  function rejectPending(failure: CompanionFailure): void {
    for (const pending of [...images.values(), ...questions.splice(0)]) pending.reject(failure)
    images.clear()
  }

  function takeJob(id: string): Job | undefined {
    const job = jobs.get(id)
    jobs.delete(id)
    return job
  }

  /** False: there is no connection. */
  function send(request: Request, blobs: readonly NamedBlob[] = []): boolean {
    if (socket === null || socket.readyState !== openState) return false
    socket.send(encodeMessage(request, blobs) as Uint8Array<ArrayBuffer>)
    return true
  }

  function close(): void {
    isClosed = true
    socket?.close()
    wake()
  }

  function setLink(next: Link): void {
    link = next
    options.onLink(next)
  }

  function sleepUntilWoken(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** What the person has been told stays on the screen while the next tries are made. */
function isTriedAgainInSilence(link: Link | null): boolean {
  return link?.state === 'absent' || link?.state === 'blocked' || link?.state === 'outdated'
}

function connectionLost(): CompanionFailure {
  return new CompanionFailure('connection-lost', strings.connectionLost)
}

/** The first port on which a companion answers; null: none. */
async function findPort({ ports, fetch }: ConnectOptions, timeoutMs: number): Promise<number | null> {
  for (const port of ports) {
    try {
      const response = await fetch(`http://localhost:${port}/health`, {
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (response.ok && isHealth(await response.json())) return port
    } catch {
      // Nobody there, somebody else, or not let through: each looks the same from here.
    }
  }
  return null
}

function isHealth(value: unknown): value is Health {
  return typeof value === 'object' && value !== null && (value as Partial<Health>).name === 'infill'
}

/** Someone who has just been told to start the companion is watching: look often, and soon after a drop. */
function defaultRetryMs(attempt: number): number {
  return Math.min(3000, 500 * 2 ** attempt)
}
