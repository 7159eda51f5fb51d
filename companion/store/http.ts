import { EnvHttpProxyAgent, request } from 'undici'
import { CompanionError } from '../errors.ts'
import { version } from '../installation.ts'

/** Reads files over HTTP, through the proxy that the environment names. */
export interface Http {
  /**
   * Follows redirects.
   *
   * @throws NetworkError, also while the body is read; CompanionError 'download-failed' when the proxy's address is
   *   none; the signal's reason
   */
  get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse>
  close(): Promise<void>
}

export interface HttpResponse {
  readonly status: number
  header(name: string): string | undefined
  /**
   * SHA-256 that a publisher states in an answer on the way: Hugging Face's redirect to a large file carries it as
   * X-Linked-ETag.
   */
  readonly statedSha256: string | null
  /** To be read, or left by `break`. */
  readonly body: AsyncIterable<Uint8Array>
  /** Ends the answer without reading the rest of it. */
  discard(): void
}

/** The connection could not be made, or broke. The message continues after the host's name. */
export class NetworkError extends Error {
  override readonly name: string = 'NetworkError'
}

/** The same would happen again. */
export class RedirectError extends NetworkError {
  override readonly name = 'RedirectError'
}

/** @param environment HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in capitals or not; read when something is first asked for. */
export function openHttp(environment: NodeJS.ProcessEnv): Http {
  let agent: EnvHttpProxyAgent | null = null
  return { get, close: async () => agent?.destroy() }

  async function get(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    let address = new URL(url)
    let statedSha256: string | null = null
    for (let hop = 0; hop <= mostRedirects; hop++) {
      const { statusCode, headers: answered, body } = await send(address, headers, signal)
      const header = (name: string) => [answered[name]].flat()[0]
      statedSha256 = sha256Of(header('x-linked-etag')) ?? statedSha256
      const location = redirects.has(statusCode) ? header('location') : undefined
      // Destroying a body that nobody reads makes it emit an error that nobody waits for.
      const discard = () => void body.on('error', () => {}).destroy()
      if (location === undefined) {
        return { status: statusCode, header, statedSha256, body: readable(body, signal), discard }
      }
      discard()
      address = nextAddress(address, location)
    }
    throw new RedirectError(`redirected more than ${mostRedirects} times`)
  }

  async function send(address: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
    agent ??= openAgent(environment)
    try {
      return await request(address, {
        dispatcher: agent,
        signal,
        headers: { 'user-agent': `infill/${version}`, 'accept-encoding': 'identity', ...headers },
      })
    } catch (error) {
      throw asNetworkError(error, signal)
    }
  }
}

const mostRedirects = 10
const redirects = new Set([301, 302, 303, 307, 308])

function openAgent(environment: NodeJS.ProcessEnv): EnvHttpProxyAgent {
  const named = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? ''
  try {
    return new EnvHttpProxyAgent({
      httpProxy: named('HTTP_PROXY'),
      httpsProxy: named('HTTPS_PROXY'),
      noProxy: named('NO_PROXY'),
      // A download watches for silence itself.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  } catch (cause) {
    throw new CompanionError(
      'download-failed',
      'The proxy in HTTPS_PROXY or HTTP_PROXY is not an address. Write it like http://proxy.example:8080.',
      { cause },
    )
  }
}

function nextAddress(from: URL, location: string): URL {
  const address = URL.canParse(location, from.href) ? new URL(location, from) : null
  const isSafe =
    address?.protocol === 'https:' || (address?.protocol === 'http:' && from.protocol === 'http:')
  if (address === null || !isSafe) throw new RedirectError('redirected to an address that is not safe')
  return address
}

async function* readable(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw asNetworkError(error, signal)
  }
}

/** Errors of sockets and of undici carry a code; anything else is a bug. */
function asNetworkError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  return new NetworkError(sentences.get(error.code) ?? `broke off (${error.code})`, { cause: error })
}

const sentences = new Map([
  ['ENOTFOUND', 'could not be found'],
  ['EAI_AGAIN', 'could not be found'],
  ['ECONNREFUSED', 'could not be reached'],
  ['ENETUNREACH', 'could not be reached'],
  ['EHOSTUNREACH', 'could not be reached'],
  ['ETIMEDOUT', 'could not be reached'],
  ['UND_ERR_CONNECT_TIMEOUT', 'could not be reached'],
])

function sha256Of(entityTag: string | undefined): string | null {
  return /^"?([0-9a-f]{64})"?$/.exec(entityTag ?? '')?.[1] ?? null
}
