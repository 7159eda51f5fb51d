import {
  decodeMessage,
  encodeMessage,
  type Frame,
  type Health,
  type Blob as NamedBlob,
  path,
  type Request,
  subprotocol,
} from '../companion/protocol.ts'
import type { Link } from './link.ts'
import type { LocalNetworkPermission } from './permission.ts'

export interface ConnectionOptions {
  /** Tried in order. */
  readonly ports: readonly number[]
  readonly WebSocket: SocketClass
  readonly fetch: (url: string, init: { signal: AbortSignal }) => Promise<FetchResponse>
  /** Default: not known, and so never waited for. */
  readonly permission?: () => Promise<LocalNetworkPermission>
  readonly onLink: (link: Link) => void
  /** How long to wait before looking again, by the number of vain looks so far. */
  readonly retryMs?: (attempt: number) => number
}

/** What is done with a socket while it lasts. */
export interface Conversation {
  onOpen(): void
  onMessage(frame: Frame): void
  onClose(): void
}

/** A socket that is opened again and again, until `close`. */
export interface Connection {
  readonly link: Link | null
  setLink(link: Link): void
  /** Looks for the companion now, instead of waiting for the person or for the next try. */
  search(): void
  /** False: there is no connection. */
  send(request: Request, blobs?: readonly NamedBlob[]): boolean
  /** Ends the present socket; another one is tried. */
  hangUp(): void
  close(): void
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

export function openConnection(options: ConnectionOptions, conversation: Conversation): Connection {
  const { permission = async () => 'unknown' as const, retryMs = defaultRetryMs } = options
  let link: Link | null = null
  let socket: Socket | null = null
  let isClosed = false
  let wake = () => {}

  void keepConnected()
  return {
    get link() {
      return link
    },
    setLink,
    search: () => wake(),
    send(request, blobs = []) {
      if (socket === null || socket.readyState !== openState) return false
      socket.send(encodeMessage(request, blobs) as Uint8Array<ArrayBuffer>)
      return true
    },
    hangUp: () => socket?.close(),
    close() {
      isClosed = true
      socket?.close()
      wake()
    },
  }

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

  /** One socket, from opening to its end. False: it never came to anything. */
  function talk(port: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const opened = new options.WebSocket(`ws://localhost:${port}${path}`, subprotocol)
      opened.binaryType = 'arraybuffer'
      socket = opened
      let wasAnswered = false
      const timer = setTimeout(() => opened.close(), timeoutMs)
      opened.addEventListener('open', () => conversation.onOpen())
      opened.addEventListener('message', ({ data }) => {
        clearTimeout(timer)
        wasAnswered = true
        conversation.onMessage(decodeMessage(new Uint8Array(data as ArrayBuffer)))
      })
      // A close follows each error.
      opened.addEventListener('error', () => {})
      opened.addEventListener('close', () => {
        clearTimeout(timer)
        socket = null
        conversation.onClose()
        resolve(wasAnswered && !isOutdated())
      })
    })
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

/** The first port on which a companion answers; null: none. */
async function findPort({ ports, fetch }: ConnectionOptions, timeoutMs: number): Promise<number | null> {
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
