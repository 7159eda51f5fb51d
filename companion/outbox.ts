import type { WebSocket } from 'ws'

const mostUnsentBytes = 64 * 2 ** 20
/** What may follow a large message at once: the words after a patch. */
const smallBytes = 64 * 1024

/** What is on its way to one client. A client that does not read is dropped before it fills the memory. */
export class Outbox {
  readonly #socket: WebSocket
  /** Sizes of the messages that the system has not taken yet. */
  readonly #unsent: number[] = []

  constructor(socket: WebSocket) {
    this.#socket = socket
  }

  /** Resolves when the system has taken the message, or when there is nobody left to take it. */
  send(message: Uint8Array): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve()
    this.#unsent.push(message.byteLength)
    return new Promise((resolve) => {
      this.#socket.send(message, () => {
        this.#unsent.shift()
        resolve()
      })
      if (this.#isTooMuch()) this.#socket.terminate()
    })
  }

  /** A single message may be larger than all that may wait together: a whole picture of the largest kind. */
  #isTooMuch(): boolean {
    const bytes = this.#unsent.reduce((sum, size) => sum + size, 0)
    return bytes > Math.max(mostUnsentBytes, Math.max(...this.#unsent) + smallBytes)
  }
}
