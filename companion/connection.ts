import type { WebSocket } from 'ws'
import type { Engine } from './engines/engine.ts'
import type { Images } from './images.ts'
import type { Listener } from './job.ts'
import type { Jobs } from './jobs.ts'
import type { Log } from './log.ts'
import { Outbox } from './outbox.ts'
import type { Pairing } from './pairing.ts'
import {
  type Blob,
  type Device,
  decodeMessage,
  encodeMessage,
  type Frame,
  type Locale,
  limits,
  MalformedMessage,
  type Reply,
} from './protocol.ts'
import type { Runtime } from './runtime/session.ts'
import type { OpenSelectors } from './select/open-selectors.ts'
import type { Selector } from './select/selector.ts'
import type { Store } from './store/store.ts'
import type { ClientId } from './tokens.ts'
import { inLanguage } from './translate.ts'
import { words } from './words.ts'

/** WebSocket close codes, RFC 6455 §7.4.1. */
export const closeCodes = {
  goingAway: 1001,
  protocolError: 1002,
  policyViolation: 1008,
  tooBig: 1009,
} as const

/** What all connections of a companion share. */
export interface Shared {
  readonly instance: string
  /** Where models are computed, as far as that can be known before. */
  readonly device: Promise<Device>
  readonly engines: readonly Engine[]
  readonly selectors: readonly Selector[]
  readonly openSelectors: OpenSelectors
  /** Whether engines and selectors get ready as soon as a picture has come. */
  readonly warmsUp: boolean
  readonly pairing: Pairing
  readonly images: Images
  readonly store: Store
  readonly runtime: Runtime
  /** Of the selectors alone. */
  readonly selectRuntime: Runtime
  readonly jobs: Jobs
  readonly log: Log
}

/** Says what there is to say to one message; it is waited for before the next. */
export type Answer = (frame: Frame, connection: Connection, shared: Shared) => Promise<void>

/** A message of a paired client about the job or image `id`. */
export interface Request extends Frame {
  readonly id: string
  readonly client: ClientId
  readonly connection: Connection
  readonly shared: Shared
}

/** One client: its messages are answered one after another, in their order; only `cancel` overtakes. */
export class Connection implements Listener {
  /** null: not paired yet. */
  client: ClientId | null = null
  /** What `hello` asked for. */
  locale: Locale = 'en'
  readonly #socket: WebSocket
  readonly #shared: Shared
  readonly #answer: Answer
  readonly #outbox: Outbox
  /** What waits for the message being answered. */
  readonly #inbox: { readonly frame: Frame; readonly bytes: number }[] = []
  #isAnswering = false

  constructor(socket: WebSocket, shared: Shared, answer: Answer) {
    this.#socket = socket
    this.#shared = shared
    this.#answer = answer
    this.#outbox = new Outbox(socket)
    socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary))
    socket.on('close', () => this.#closed())
    // A broken frame; ws closes the connection with the code that fits.
    socket.on('error', (error) => shared.log.warn({ err: error }, 'connection broken'))
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  say(reply: Reply, blobs: readonly Blob[] = []): void {
    this.send(encodeMessage(inLanguage(reply, this.locale), blobs))
  }

  send(message: Uint8Array): void {
    void this.#outbox.send(message)
  }

  /** Resolves when the message is on its way. */
  sent(message: Uint8Array): Promise<void> {
    return this.#outbox.send(message)
  }

  close(code: number, reason: string): void {
    this.#inbox.length = 0
    // Where it was paused, the client's answer to the close could not be read.
    this.#socket.resume()
    this.#socket.close(code, reason)
  }

  #receive(message: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return
    if (this.client === null && message.byteLength > limits.unpairedMessageBytes) {
      this.close(closeCodes.tooBig, words.tooLargeUnpaired)
      return
    }
    try {
      if (!isBinary) throw new MalformedMessage(words.textMessage)
      this.#accept(decodeMessage(message), message.byteLength)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.say({ type: 'failed', code: 'message-malformed', message: words.malformed(error.message) })
      this.close(closeCodes.protocolError, 'Malformed message')
    }
  }

  #accept(frame: Frame, bytes: number): void {
    if (frame.header.type === 'cancel') {
      if (!this.#cancelWaiting(frame.header.id)) void this.#answer(frame, this, this.#shared)
      return
    }
    this.#inbox.push({ frame, bytes })
    if (this.#inboxBytes() > limits.messageBytes) this.#socket.pause()
    void this.#answerAll()
  }

  /** A job that waits behind its picture is not known to the queue yet. */
  #cancelWaiting(id: unknown): boolean {
    const index = this.#inbox.findIndex(
      ({ frame: { header } }) => (header.type === 'fill' || header.type === 'select') && header.id === id,
    )
    if (index < 0 || this.client === null || this.#shared.jobs.isBusy(this.client, String(id))) return false
    this.#inbox.splice(index, 1)
    this.say({ type: 'cancelled', id: String(id) })
    return true
  }

  /** Begins at once when nothing waits: what `hello` changes holds for the message behind it. */
  async #answerAll(): Promise<void> {
    if (this.#isAnswering) return
    this.#isAnswering = true
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      if (this.#inboxBytes() <= limits.messageBytes) this.#socket.resume()
      await this.#answer(next.frame, this, this.#shared)
    }
    this.#isAnswering = false
  }

  #inboxBytes(): number {
    return this.#inbox.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Jobs go on without it. */
  #closed(): void {
    this.#inbox.length = 0
    this.#shared.jobs.forgetListener(this)
    this.#shared.images.forgetConnection(this)
  }
}
