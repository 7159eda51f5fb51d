import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type Blob,
  decodeMessage,
  encodeMessage,
  path,
  protocolVersion,
  type Reply,
  type Request,
  subprotocol,
} from '../../companion/protocol.ts'

export interface Conversation {
  reply(reply: Reply, blobs?: readonly Blob[]): void
  drop(): void
}

export interface ScriptedCompanion {
  readonly port: number
  /** All that was said, of all connections, in order. */
  readonly heard: readonly { readonly request: Request; readonly blobs: readonly Blob[] }[]
  close(): Promise<void>
}

export const ready: Reply = {
  type: 'ready',
  protocol: protocolVersion,
  version: '0.1.0',
  instance: 'scripted',
  device: { kind: 'cpu', name: 'CPU', precision: 'fp32' },
  engines: [],
  selectors: [],
  limits: { messageBytes: 1e6, imagePixels: 1e6 },
}

/** A real server, on a free port unless one is named, which says only what `script` says. */
export async function startScriptedCompanion(
  script: (request: Request, conversation: Conversation) => void,
  port = 0,
): Promise<ScriptedCompanion> {
  const heard: { request: Request; blobs: readonly Blob[] }[] = []
  const http = createServer((request, response) => {
    if (request.url !== '/health') {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' })
    response.end(JSON.stringify({ name: 'infill', version: '0.1.0', protocol: 1, instance: 'scripted' }))
  })
  const server = new WebSocketServer({ server: http, path, handleProtocols: () => subprotocol })
  server.on('connection', (socket: WebSocket) => {
    const conversation: Conversation = {
      reply: (reply, blobs) => socket.send(encodeMessage(reply, blobs)),
      drop: () => socket.terminate(),
    }
    socket.on('message', (data: Buffer) => {
      const { header, blobs } = decodeMessage(new Uint8Array(data))
      const request = header as unknown as Request
      heard.push({ request, blobs })
      script(request, conversation)
    })
  })
  http.listen(port, 'localhost')
  await once(http, 'listening')
  return {
    port: (http.address() as AddressInfo).port,
    heard,
    async close() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}
