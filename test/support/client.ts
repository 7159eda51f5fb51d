import { WebSocket } from 'ws'
import {
  type Blob,
  decodeMessage,
  encodeMessage,
  path,
  type Reply,
  type Request,
  subprotocol,
} from '../../companion/protocol.ts'

/** One reply as it came. */
export type Received<T extends Reply['type'] = Reply['type']> = Extract<Reply, { type: T }> & {
  readonly blobsByName: Readonly<Record<string, Uint8Array>>
}

/** A client of the companion over a real socket. Replies wait until they are asked for; each is handed out once. */
export class Client {
  readonly socket: WebSocket
  /** The code with which the connection was closed. */
  readonly closed: Promise<number>
  readonly #arrived: Received[] = []
  readonly #arrival = new EventTarget()
  #isClosed = false

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      const { header, blobs } = decodeMessage(data)
      const blobsByName = Object.fromEntries(blobs.map(({ name, bytes }) => [name, bytes]))
      this.#arrived.push({ ...header, blobsByName } as unknown as Received)
      this.#arrival.dispatchEvent(new Event('reply'))
    })
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        this.#isClosed = true
        this.#arrival.dispatchEvent(new Event('reply'))
        resolve(code)
      })
    })
  }

  /** Connected, but not paired and not greeted. */
  static async connect(port: number, { host = 'localhost' }: { host?: string } = {}): Promise<Client> {
    const socket = new WebSocket(`ws://${host}:${port}${path}`, subprotocol)
    const client = new Client(socket)
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    // What breaks a connection is seen in `closed`.
    socket.on('error', () => {})
    return client
  }

  /** Connected and greeted with a token. */
  static async paired(port: number, token: string): Promise<Client> {
    const client = await Client.connect(port)
    client.send(hello(token))
    await client.next('ready')
    return client
  }

  /** @param blobs By their names; several of one name as a list of pairs. */
  send(header: Request, blobs: readonly Blob[] | Readonly<Record<string, Uint8Array>> = {}): void {
    const listed = Array.isArray(blobs)
      ? blobs
      : Object.entries(blobs).map(([name, bytes]) => ({ name, bytes }))
    this.sendBytes(encodeMessage(header, listed as readonly Blob[]))
  }

  /** A message that need not be one. */
  sendBytes(bytes: Uint8Array | string): void {
    this.socket.send(bytes)
  }

  /** The next reply of this type; earlier ones of other types are passed over, but not lost. */
  async next<T extends Reply['type']>(type: T, id?: string): Promise<Received<T>> {
    for (;;) {
      const index = this.#arrived.findIndex(
        (reply) => reply.type === type && (id === undefined || ('id' in reply && reply.id === id)),
      )
      if (index >= 0) return this.#arrived.splice(index, 1)[0] as Received<T>
      if (this.#isClosed) throw new Error(`Expected ${type}, but the connection was closed.`)
      await this.#somethingArrives()
    }
  }

  /** The next reply, whatever it is. */
  async any(): Promise<Received> {
    while (this.#arrived.length === 0) {
      if (this.#isClosed) throw new Error('Expected a reply, but the connection was closed.')
      await this.#somethingArrives()
    }
    return this.#arrived.shift()!
  }

  /** Everything that arrived and was not asked for. */
  get rest(): readonly Received[] {
    return this.#arrived
  }

  /** Answers to all that was sent so far have arrived. */
  async settled(): Promise<void> {
    this.send({ type: 'models' })
    await this.next('models')
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }

  #somethingArrives(): Promise<void> {
    return new Promise((resolve) => {
      this.#arrival.addEventListener('reply', () => resolve(), { once: true })
    })
  }
}

export function hello(token?: string): Request {
  const greeting = { type: 'hello', protocol: 1, client: { name: 'test', version: '1' } } as const
  return token === undefined ? greeting : { ...greeting, token }
}
