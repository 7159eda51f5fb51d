import {
  type FailedReply,
  type FillRequest,
  type Frame,
  type ImageRequest,
  type Locale,
  type ModelInfo,
  protocolVersion,
  type Reply,
  type Request,
} from '../companion/protocol.ts'
import { CompanionFailure, connectionLost } from './companion-failure.ts'
import { type Candidate, createCompanionJobs, type Patch, type Run } from './companion-jobs.ts'
import { type ConnectionOptions, openConnection } from './connection.ts'

export type ImageReady = Extract<Reply, { type: 'image-ready' }>

export interface ConnectOptions extends ConnectionOptions {
  /** Of what the companion says to the person; default: English. */
  readonly locale?: Locale
  /** From an earlier pairing. */
  readonly token: string | null
  readonly client: { readonly name: string; readonly version: string }
  /** A new token after pairing, to be kept. */
  readonly onToken?: (token: string) => void
}

/** A connection that keeps itself up: it looks for the companion until `close`, and finds its running jobs again. */
export interface Companion {
  /** Looks for the companion now: after `permission-needed`, or instead of waiting for the next try. */
  search(): void
  /** From now on the companion says everything in this language. */
  speak(locale: Locale): void
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
   * @throws CompanionFailure, or the signal's reason after a cancel.
   */
  fill(request: Omit<FillRequest, 'type'>, masks: FillBlobs, run: Run): Promise<readonly Patch[]>
  /**
   * What lies under points or in a box, best guess first; none where nothing was found. Throws as `fill` does.
   */
  select(request: SelectRequest, run: Run): Promise<readonly Candidate[]>
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

export type SelectRequest = Omit<Extract<Request, { type: 'select' }>, 'type'>

export interface ImageBlobs {
  /** PNG, JPEG, WebP or GIF; absent with `from`. */
  readonly image?: Uint8Array
  /** One RGBA PNG for each of the request's `patches`. */
  readonly patches?: readonly Uint8Array[]
}

/** PNGs of the image's size. */
export interface FillBlobs {
  /** White = fill; null to expand. */
  readonly mask: Uint8Array | null
  /** White = nothing is copied from there; null: from everywhere. */
  readonly avoid: Uint8Array | null
}

interface Pending<T> {
  readonly resolve: (reply: T) => void
  readonly reject: (failure: CompanionFailure) => void
}

export function connect(options: ConnectOptions): Companion {
  const images = new Map<string, Pending<ImageReady>>()
  /** What is installed: whoever waits for it. */
  const questions: Pending<readonly ModelInfo[]>[] = []
  let { token, locale = 'en' } = options
  const connection = openConnection(options, {
    onOpen: greet,
    onMessage: receive,
    onClose: () => rejectPending(connectionLost()),
  })
  const { send, setLink } = connection
  const jobs = createCompanionJobs(send)

  return {
    search: connection.search,
    speak(chosen) {
      if (chosen === locale) return
      locale = chosen
      greet()
    },
    pair: (code) => void send({ type: 'pair', code }),
    sendImage,
    async fill(request, { mask, avoid }, run) {
      const blobs = [
        ...(mask === null ? [] : [{ name: 'mask', bytes: mask }]),
        ...(avoid === null ? [] : [{ name: 'avoid', bytes: avoid }]),
      ]
      const begin = () => send({ type: 'fill', ...request }, blobs)
      return (await jobs.follow(request.id, run, begin)).patches
    },
    async select(request, run) {
      const begin = () => send({ type: 'select', ...request })
      return (await jobs.follow(request.id, run, begin)).candidates
    },
    async attach(id, run) {
      // Without a connection it is asked for with all the other jobs, once there is one.
      const begin = () => connection.link?.state !== 'ready' || send({ type: 'attach', id })
      return (await jobs.follow(id, run, begin)).patches
    },
    models,
    install,
    uninstall,
    close: connection.close,
  }

  /** Said again, it is answered with what has changed since. */
  function greet(): void {
    send({
      type: 'hello',
      protocol: protocolVersion,
      client: options.client,
      locale,
      ...(token === null ? {} : { token }),
    })
  }

  function receive({ header, blobs }: Frame): void {
    const reply = header as unknown as Reply
    if (jobs.receive(reply, blobs)) return
    switch (reply.type) {
      case 'ready':
        setLink({ state: 'ready', ready: reply })
        jobs.resume()
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
      case 'failed':
        fail(reply)
        break
      case 'models':
        for (const question of questions.splice(0)) question.resolve(reply.models)
        break
    }
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
        connection.hangUp()
        break
      default:
        jobs.fail(reply.id, failure)
        // Without an id it is about a message of ours, and does not say which: whoever waits would wait for ever.
        if (reply.id === undefined) rejectPending(failure)
        else {
          images.get(reply.id)?.reject(failure)
          images.delete(reply.id)
        }
    }
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

  function models(): Promise<readonly ModelInfo[]> {
    return new Promise((resolve, reject) => {
      if (send({ type: 'models' })) questions.push({ resolve, reject })
      else reject(connectionLost())
    })
  }

  async function install(id: string, modelId: string, run: Run): Promise<void> {
    await jobs.follow(id, run, () => send({ type: 'install', id, modelId, acceptLicence: true }))
    // An engine may be ready now.
    greet()
  }

  async function uninstall(modelId: string): Promise<void> {
    const id = `uninstall-${modelId}`
    const run = { signal: new AbortController().signal, onProgress: () => {} }
    await jobs.follow(id, run, () => send({ type: 'uninstall', id, modelId }))
    greet()
  }

  function rejectPending(failure: CompanionFailure): void {
    for (const pending of [...images.values(), ...questions.splice(0)]) pending.reject(failure)
    images.clear()
  }
}
