import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { answer } from './answers.ts'
import { Connection, closeCodes, type Shared } from './connection.ts'
import { limits, path, subprotocol } from './protocol.ts'
import type { ClientId } from './tokens.ts'
import { isWelcome } from './visitors.ts'
import { words } from './words.ts'

const mostConnections = 64
const mostMissedPings = 2
const goodbyeMs = 1000

export interface ConnectionsOptions {
  readonly port: number
  readonly pingEveryMs: number
  readonly shared: Shared
}

/** All clients that are connected: lets them in, notices when they are gone, sends them away. */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #open = new Map<Connection, WebSocket>()
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    handleProtocols: () => subprotocol,
  })

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** An HTTP request that wants to become a WebSocket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const status = this.#refusal(request)
    if (status !== null) {
      socket.on('error', () => {})
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
      return
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#add(webSocket, socket))
  }

  /** Sends away the clients that are no longer paired. */
  closeRevoked(clients: readonly ClientId[]): void {
    for (const connection of this.#open.keys()) {
      if (connection.client !== null && clients.includes(connection.client)) {
        connection.close(closeCodes.policyViolation, 'Pairing was revoked')
      }
    }
  }

  /** Says goodbye to all. Resolves when they are gone; one that does not answer is dropped. */
  async closeAll(): Promise<void> {
    const gone = [...this.#open.values()].map(
      (webSocket) => new Promise((resolve) => webSocket.once('close', resolve)),
    )
    for (const connection of this.#open.keys()) {
      connection.say({ type: 'closing', reason: words.stopped })
      connection.close(closeCodes.goingAway, 'Stopped')
    }
    const outOfTime = setTimeout(() => {
      for (const webSocket of this.#open.values()) webSocket.terminate()
    }, goodbyeMs)
    await Promise.all(gone)
    clearTimeout(outOfTime)
  }

  /** The HTTP status that refuses an upgrade; null: it may come in. */
  #refusal(request: IncomingMessage): number | null {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    if (!isWelcome(request, this.#options.port)) return 403
    if (request.url?.split('?')[0] !== path) return 404
    if (!offered.includes(subprotocol)) return 400
    return this.#open.size < mostConnections ? null : 503
  }

  #add(webSocket: WebSocket, socket: Duplex): void {
    const { shared, pingEveryMs } = this.#options
    const connection = new Connection(webSocket, shared, answer)
    this.#open.set(connection, webSocket)
    shared.log.info({ connections: this.#open.size }, 'connection opened')
    webSocket.on('close', (code) => {
      this.#open.delete(connection)
      shared.log.info({ closeCode: code, connections: this.#open.size }, 'connection closed')
    })
    dropWhenSilent(webSocket, pingEveryMs)
    boundUnpaired(webSocket, socket, connection)
  }
}

/** A client that is gone without a word does not answer pings. */
function dropWhenSilent(webSocket: WebSocket, everyMs: number): void {
  let missed = 0
  webSocket.on('pong', () => {
    missed = 0
  })
  const pings = setInterval(() => {
    if (missed === mostMissedPings) return webSocket.terminate()
    missed += 1
    webSocket.ping()
  }, everyMs)
  webSocket.on('close', () => clearInterval(pings))
}

/**
 * `ws` knows one size limit and would hold a message of that size in memory before it tells. Before pairing, a message
 * that is clearly too large is cut off while it arrives. Twice the limit, because bytes of an earlier message are
 * counted where one read brings both.
 */
function boundUnpaired(webSocket: WebSocket, socket: Duplex, connection: Connection): void {
  let bytes = 0
  webSocket.on('message', () => {
    bytes = 0
  })
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength
    if (connection.client !== null || bytes <= 2 * limits.unpairedMessageBytes) return
    connection.close(closeCodes.tooBig, words.tooLargeUnpaired)
    // What is still coming is read and thrown away, so that the client sees why.
    socket.removeAllListeners('data')
    socket.resume()
    socket.end()
  })
}
