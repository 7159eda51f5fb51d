import type { Engine } from './engines/engine.ts'
import { type Blob, encodeMessage, type Locale, type Reply } from './protocol.ts'
import { inLanguage } from './translate.ts'

/** What may run side by side: one job of each. A symbol is a lane of the job's own, which waits for no other. */
export type Lane = Engine['lane'] | 'select' | symbol

/** Where a job's replies go: a connection. */
export interface Listener {
  /** What it is told is said in this language. */
  readonly locale: Locale
  send(message: Uint8Array): void
  /** Resolves when the message is on its way. */
  sent(message: Uint8Array): Promise<void>
}

/** A reply that is about a job. */
export type JobReply = Extract<Reply, { readonly id?: string }>

/** One request at work. It belongs to a client, not to a connection: it keeps what it said for whoever asks later. */
export class Job {
  readonly id: string
  readonly lane: Lane
  /** Of whoever began it. What it says is kept as it was said. */
  readonly #locale: Locale
  readonly #ending = new AbortController()
  readonly #listeners = new Set<Listener>()
  /** Patches, or the selection. */
  readonly #results: Uint8Array[] = []
  #progress: Uint8Array | null = null
  #end: Uint8Array | null = null

  constructor(id: string, lane: Lane, listener: Listener) {
    this.id = id
    this.lane = lane
    this.#locale = listener.locale
    this.#listeners.add(listener)
  }

  /** Aborted when the job is cancelled. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  get hasEnded(): boolean {
    return this.#end !== null
  }

  /** Of all that is kept to be sent again. */
  get keptBytes(): number {
    return this.#kept().reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Tells all listeners. After the end nothing more is said, whatever the engine still does. */
  say(reply: JobReply, blobs: readonly Blob[] = []): void {
    if (this.hasEnded) return
    const message = encodeMessage(inLanguage(reply, this.#locale), blobs)
    if (reply.type === 'progress') this.#progress = message
    else if (reply.type === 'patch' || reply.type === 'selection') this.#results.push(message)
    else this.#end = message
    for (const listener of this.#listeners) listener.send(message)
    if (this.hasEnded) this.#listeners.clear()
  }

  /** Says the end now, and stops the work, which may take a moment longer. */
  end(reply: JobReply): void {
    this.say(reply)
    this.#ending.abort()
  }

  /**
   * Sends the latest progress, all results and the end, as far as they are known, then whatever comes. Kept results are
   * sent no faster than they are read.
   */
  async attach(listener: Listener): Promise<void> {
    // It may listen already, and must not hear a later message between two earlier ones.
    this.#listeners.delete(listener)
    if (this.#progress !== null) await listener.sent(this.#progress)
    // Grows while the job runs.
    for (const result of this.#results) await listener.sent(result)
    if (this.#end !== null) listener.send(this.#end)
    else this.#listeners.add(listener)
  }

  forget(listener: Listener): void {
    this.#listeners.delete(listener)
  }

  #kept(): Uint8Array[] {
    return [this.#progress, ...this.#results, this.#end].filter((message) => message !== null)
  }
}
