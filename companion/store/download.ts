import { basename } from 'node:path'
import type { ModelFile } from '../../models/model.ts'
import { CompanionError } from '../errors.ts'
import { type Clock, wait } from './clock.ts'
import type { Disk } from './disk.ts'
import { type Http, type HttpResponse, NetworkError, RedirectError } from './http.ts'
import { fitsSize } from './installed.ts'
import { type Origin, Part } from './part.ts'

/** What a download uses of the machine. */
export interface Means {
  readonly http: Http
  readonly clock: Clock
  readonly disk: Disk
}

export interface Download {
  readonly file: Pick<ModelFile, 'sizeBytes' | 'sizeFrom' | 'sha256'>
  /** Tried in turn. */
  readonly urls: readonly string[]
  /** Where it is to lie; nothing is there before the whole file is, and its hash is right. */
  readonly target: string
  readonly signal: AbortSignal
  /** May fall, where it has to start over. */
  onBytes(doneBytes: number): void
}

/**
 * Downloads one file, going on from what an earlier try left, and checks it by SHA-256 while it comes. Whatever ends it,
 * what came is kept for the next try.
 *
 * @returns the file's SHA-256: the given one, or where none is given the one that the publisher states
 * @throws CompanionError 'download-failed', 'disk-full'; the signal's reason
 */
export async function download(wanted: Download, means: Means): Promise<string> {
  const part = await Part.open(wanted.target, means.disk, wanted.signal)
  try {
    wanted.onBytes(part.sizeBytes)
    const failures: string[] = []
    for (const url of wanted.urls) {
      const attempt = { ...wanted, url, part, means }
      const failure = await downloadFrom(attempt)
      if (failure === null) {
        await part.finish(wanted.target)
        return expectedHash(attempt) ?? part.sha256()
      }
      failures.push(`${new URL(url).host} ${failure}`)
    }
    throw new CompanionError(
      'download-failed',
      `${basename(wanted.target)} could not be downloaded: ${[...new Set(failures)].join('; ')}. Check the connection and try again; it goes on where it stopped.`,
    )
  } finally {
    await part.close()
  }
}

/** One address, and the part that it is to complete. */
interface Attempt extends Download {
  readonly url: string
  readonly part: Part
  readonly means: Means
}

type Outcome =
  /** All bytes are there. */
  | { readonly type: 'complete' }
  /** Worth another try at this address. */
  | { readonly type: 'interrupted'; readonly reason: string; readonly waitMs?: number }
  /** Not worth one. */
  | { readonly type: 'unusable'; readonly reason: string }

const complete: Outcome = { type: 'complete' }

/** As often in a row is an address tried that brings hardly anything, waiting longer each time. */
const mostTries = 5
const firstWaitMs = 1000
/** An address that wants a longer rest is left for the next one. */
const longestWaitMs = 60_000
const stallMs = 30_000

/** Asks one address until the file is whole. Null: it is, and its hash is right; else why not, after the host's name. */
async function downloadFrom(attempt: Attempt): Promise<string | null> {
  const { part, means, signal } = attempt
  let tries = 0
  let furthest = part.sizeBytes
  for (;;) {
    const before = part.sizeBytes
    const outcome = await fetchRest(attempt)
    if (outcome.type === 'unusable') return outcome.reason
    if (outcome.type === 'complete') {
      if (part.sha256() === expectedHash(attempt)) return null
      await part.restart(null)
      // A part that began elsewhere, or long ago, may be to blame.
      if (before === 0) return wrongFile
    }
    // What goes well is not counted: a hundred such tries are the whole file. A trickle must end some time.
    if (part.sizeBytes - furthest >= wholeBytes(attempt) / 100) {
      furthest = part.sizeBytes
      tries = 0
    }
    tries++
    if (tries === mostTries) return outcome.type === 'complete' ? wrongFile : outcome.reason
    if (outcome.type === 'interrupted') {
      await wait(means.clock, outcome.waitMs ?? firstWaitMs * 2 ** (tries - 1), signal)
    }
  }
}

const wrongFile = 'sent something else than the published file (its SHA-256 is wrong)'

/** One request for what is missing. */
async function fetchRest(attempt: Attempt): Promise<Outcome> {
  const { part, means, url, signal } = attempt
  if (part.sizeBytes > wholeBytes(attempt)) await part.restart(null)
  if (part.sizeBytes === wholeBytes(attempt) && expectedHash(attempt) !== null) return complete

  const silence = watchForSilence(means.clock)
  const eitherSignal = AbortSignal.any([signal, silence.signal])
  try {
    const response = await means.http.get(url, headersFor(attempt), eitherSignal)
    const refusal = await acceptResponse(attempt, response)
    if (refusal !== null) {
      response.discard()
      return refusal
    }
    for await (const bytes of response.body) {
      silence.restart()
      if (part.sizeBytes + bytes.length > wholeBytes(attempt)) {
        const reason = `sent more than the ${wholeBytes(attempt)} bytes of the published file`
        await part.restart(null)
        return { type: 'unusable', reason }
      }
      await part.append(bytes)
      attempt.onBytes(part.sizeBytes)
      eitherSignal.throwIfAborted()
    }
    if (part.sizeBytes === wholeBytes(attempt)) return complete
    return { type: 'interrupted', reason: 'broke off' }
  } catch (error) {
    signal.throwIfAborted()
    if (error === silence.signal.reason) {
      return { type: 'interrupted', reason: `sent nothing for ${stallMs / 1000} seconds` }
    }
    if (error instanceof RedirectError) return { type: 'unusable', reason: error.message }
    if (error instanceof NetworkError) return { type: 'interrupted', reason: error.message }
    throw error
  } finally {
    silence.stop()
  }
}

/** A signal that is aborted when nobody called `restart` for a while. */
function watchForSilence(clock: Clock): { signal: AbortSignal; restart(): void; stop(): void } {
  const controller = new AbortController()
  const start = () => clock.after(stallMs, () => controller.abort(new NetworkError('is silent')))
  let stop = start()
  return {
    signal: controller.signal,
    restart() {
      stop()
      stop = start()
    },
    stop: () => stop(),
  }
}

/** If-Range: should the file have changed, the server sends the new one from its beginning. */
function headersFor({ part, url }: Attempt): Record<string, string> {
  if (part.sizeBytes === 0) return {}
  const range = { range: `bytes=${part.sizeBytes}-` }
  const validator = part.origin?.url === url ? part.origin.validator : null
  return validator === null ? range : { ...range, 'if-range': validator }
}

/** Makes the part ready for the body of a response. Null: it may come; else what is wrong with it. */
async function acceptResponse(attempt: Attempt, response: HttpResponse): Promise<Outcome | null> {
  const { file, part, url } = attempt
  const stated = { validator: validatorOf(response), sha256: response.statedSha256 }

  const isFile = response.status === 200 || response.status === 206
  if (isFile && response.header('content-type')?.startsWith('text/html')) {
    return { type: 'unusable', reason: 'sent a web page instead of the file' }
  }

  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.header('content-range') ?? '')
    if (range === null || Number(range[1]) !== part.sizeBytes) {
      return { type: 'unusable', reason: 'sent another part of the file than it was asked for' }
    }
    if (range[2] !== '*' && Number(range[2]) !== wholeBytes(attempt))
      return anotherSize(file, Number(range[2]))
    if (hasChanged(part, { url, ...stated, sizeBytes: null })) {
      await part.restart(null)
      return { type: 'interrupted', reason: 'changed the file in the middle', waitMs: 0 }
    }
    return null
  }

  if (response.status === 200) {
    const length = response.header('content-length')
    const isPlain = (response.header('content-encoding') ?? 'identity') === 'identity'
    if (!isPlain) return { type: 'unusable', reason: 'sent the file compressed' }
    if (length !== undefined && !fitsSize(file, Number(length))) return anotherSize(file, Number(length))
    if (file.sha256 === null && stated.sha256 === null) {
      return { type: 'unusable', reason: 'states no SHA-256, by which the file could be checked' }
    }
    await part.restart({ url, ...stated, sizeBytes: length === undefined ? null : Number(length) })
    return null
  }

  if (response.status === 416 && part.sizeBytes > 0) {
    await part.restart(null)
    return { type: 'interrupted', reason: 'has less of the file than came before', waitMs: 0 }
  }
  return refusalOf(response)
}

function anotherSize(file: Pick<ModelFile, 'sizeBytes'>, sizeBytes: number): Outcome {
  return { type: 'unusable', reason: `has a file of ${sizeBytes} bytes instead of ${file.sizeBytes}` }
}

/** Whether a server sends the rest of another file than the one whose beginning it sent, although it was told. */
function hasChanged({ origin }: Part, now: Origin): boolean {
  return (
    origin?.url === now.url &&
    origin.validator !== null &&
    now.validator !== null &&
    origin.validator !== now.validator
  )
}

/** Only a strong entity tag stands for equal bytes (RFC 9110, 13.1.5). */
function validatorOf(response: HttpResponse): string | null {
  const entityTag = response.header('etag')
  if (entityTag !== undefined && !entityTag.startsWith('W/')) return entityTag
  return response.header('last-modified') ?? null
}

const worthAnotherTry = new Set([408, 429, 500, 502, 503, 504])

function refusalOf(response: HttpResponse): Outcome {
  const reason = `answered ${response.status}`
  if (!worthAnotherTry.has(response.status)) return { type: 'unusable', reason }
  const seconds = response.header('retry-after')
  if (seconds === undefined || !/^\d+$/.test(seconds)) return { type: 'interrupted', reason }
  const waitMs = Number(seconds) * 1000
  if (waitMs > longestWaitMs)
    return { type: 'unusable', reason: `${reason} and asks to wait ${seconds} seconds` }
  return { type: 'interrupted', reason, waitMs }
}

/** Where the record's size is worked out, the one that the server states counts. */
function wholeBytes({ file, part }: Attempt): number {
  return part.origin?.sizeBytes ?? file.sizeBytes
}

function expectedHash({ file, part }: Attempt): string | null {
  return file.sha256 ?? part.origin?.sha256 ?? null
}
