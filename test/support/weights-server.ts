import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** What a server may do instead of answering properly. */
export type Misbehaviour =
  /** Ends the connection after so many bytes of the body, when `arrived` has told that they are not lost on the way. */
  | { readonly type: 'break'; readonly afterBytes: number }
  /** Sends no more after so many bytes of the body, and keeps the connection. */
  | { readonly type: 'stall'; readonly afterBytes: number }
  | { readonly type: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly type: 'redirect'; readonly to: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly type: 'ignore-range' }
  /** Sends the part that was asked for, although If-Range names another version. */
  | { readonly type: 'ignore-if-range' }
  /** Sends a part that begins elsewhere than it was asked for. */
  | { readonly type: 'shift-range'; readonly byBytes: number }
  /** Claims another length than the body has. */
  | { readonly type: 'claim-length'; readonly bytes: number }
  /** Sends something else, without a length. */
  | { readonly type: 'send'; readonly body: Buffer; readonly headers?: Readonly<Record<string, string>> }

/** A web server with weights, on this machine. */
export interface WeightsServer {
  readonly host: string
  url(path: string): string
  /** Publishes a file; published again, it is another version. */
  publish(path: string, body: Buffer, headers?: Readonly<Record<string, string>>): void
  /** How the next requests for a path are answered, one after the other. Those after them are answered properly. */
  misbehave(path: string, ...next: Misbehaviour[]): void
  /** In the order they came. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[]
  /** The client has so many bytes of a file, from its beginning. */
  arrived(bytes: number): void
  /** Resolves when an answer stands still because of `stall`. */
  stalled(): Promise<void>
  close(): Promise<void>
}

export async function startWeightsServer(): Promise<WeightsServer> {
  const published = new Map<string, { body: Buffer; headers: Readonly<Record<string, string>> }>()
  const misbehaviours = new Map<string, Misbehaviour[]>()
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = []
  let breaking: { readonly whenBytes: number; readonly response: ServerResponse } | null = null
  let stands: () => void = () => {}
  let standstill = new Promise<void>((resolve) => {
    stands = resolve
  })

  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push({ path, headers: request.headers })
    const file = published.get(path)
    const misbehaviour = misbehaviours.get(path)?.shift()
    if (misbehaviour?.type === 'status') return end(response, misbehaviour.status, misbehaviour.headers)
    if (misbehaviour?.type === 'redirect') {
      return end(response, 302, { ...misbehaviour.headers, location: misbehaviour.to })
    }
    if (misbehaviour?.type === 'send') {
      response.writeHead(200, { ...misbehaviour.headers, 'transfer-encoding': 'chunked' })
      return response.end(misbehaviour.body)
    }
    if (file === undefined) return end(response, 404)
    return sendFile(request, response, file, misbehaviour)
  })

  function sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    { body, headers }: { body: Buffer; headers: Readonly<Record<string, string>> },
    misbehaviour: Misbehaviour | undefined,
  ): void {
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
    const condition = request.headers['if-range']
    const isSameVersion =
      misbehaviour?.type === 'ignore-if-range' || condition === undefined || condition === headers.etag
    let start =
      asked === undefined || !isSameVersion || misbehaviour?.type === 'ignore-range' ? 0 : Number(asked)
    if (start > 0 && start >= body.length) {
      end(response, 416, { 'content-range': `bytes */${body.length}` })
      return
    }
    if (misbehaviour?.type === 'shift-range') start += misbehaviour.byBytes

    const rest = body.subarray(start)
    const length = misbehaviour?.type === 'claim-length' ? misbehaviour.bytes : rest.length
    response.strictContentLength = false
    response.writeHead(start > 0 ? 206 : 200, {
      ...headers,
      'content-length': length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    })
    if (misbehaviour?.type === 'break') {
      breaking = { whenBytes: start + misbehaviour.afterBytes, response }
      if (misbehaviour.afterBytes > 0) response.write(rest.subarray(0, misbehaviour.afterBytes))
      else breakOff()
    } else if (misbehaviour?.type === 'stall') {
      response.write(rest.subarray(0, misbehaviour.afterBytes), stands)
    } else {
      response.end(rest)
    }
  }

  function breakOff(): void {
    breaking?.response.destroy()
    breaking = null
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    host,
    url: (path) => `http://${host}${path}`,
    publish: (path, body, headers = {}) => void published.set(path, { body, headers }),
    misbehave: (path, ...next) => void misbehaviours.set(path, next),
    requests,
    arrived(bytes) {
      if (breaking !== null && bytes >= breaking.whenBytes) breakOff()
    },
    async stalled() {
      await standstill
      standstill = new Promise((resolve) => {
        stands = resolve
      })
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A proxy that connects to whatever it is asked for. */
export interface TestProxy {
  readonly url: string
  /** host:port, in the order they were asked for. */
  readonly targets: readonly string[]
  close(): Promise<void>
}

export async function startProxy(): Promise<TestProxy> {
  const targets: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => end(response, 405))
  server.on('connect', ({ url = '' }, client: Socket) => {
    targets.push(url)
    const [host, port] = url.split(':')
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      // Either end may be torn away at the end of a test.
      socket.on('error', () => {})
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, headers).end()
}
