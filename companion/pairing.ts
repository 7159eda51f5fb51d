import { randomInt } from 'node:crypto'
import * as v from 'valibot'
import { type DataFolder, readJson, removeFile, writeJson } from './settings.ts'
import { type ClientId, clientIdOf, isSameSecret, newToken, Tokens } from './tokens.ts'

const codeLivesMs = 5 * 60_000
const attempts = 5
const firstLockMs = 60_000
const longestLockMs = 60 * 60_000

export type PairingOutcome =
  | { readonly outcome: 'paired'; readonly token: string }
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number }
  | { readonly outcome: 'locked'; readonly retryAfterMs: number }

export interface PairingOptions {
  readonly folder: DataFolder
  /** How often the data folder is looked at for what `infill pair` wrote. */
  readonly followEveryMs: number
  /** There is a new code to show. */
  onCode(code: string): void
  /** These clients were forgotten by `infill pair --revoke`. */
  onRevoked(clients: readonly ClientId[]): void
}

/**
 * Who may use this companion. A page in a browser can reach it without having one of our origins, so a client must know
 * a secret: it shows the code that the person reads here, and is given a token.
 */
export class Pairing {
  /** The playground's own token: in memory only, one per process. */
  readonly pageToken = newToken()
  readonly #options: PairingOptions
  readonly #tokens: Tokens
  readonly #following: NodeJS.Timeout
  #code = ''
  #expiry: NodeJS.Timeout | undefined
  #wrong = 0
  #lockMs = firstLockMs
  #lockedUntil = 0

  constructor(options: PairingOptions) {
    this.#options = options
    this.#tokens = new Tokens(options.folder.tokens)
    if (!this.#takeOverCode()) this.#renewCode()
    this.#following = setInterval(() => this.#follow(), options.followEveryMs)
  }

  stop(): void {
    clearTimeout(this.#expiry)
    clearInterval(this.#following)
  }

  get code(): string {
    return this.#code
  }

  /** How many wrong codes are left before pairing is locked; 0 while it is. */
  get attemptsLeft(): number {
    return this.#lockedForMs() > 0 ? 0 : attempts - this.#wrong
  }

  /** The client with this token; null: it is not, or no longer, paired. */
  clientOf(token: string): ClientId | null {
    if (isSameSecret(token, this.pageToken)) return clientIdOf(token)
    return this.#tokens.find(token)
  }

  /** Spends the code when it is right. Wrong ones lock pairing after a while, for longer each time. */
  pair(code: string): PairingOutcome {
    const lockedForMs = this.#lockedForMs()
    if (lockedForMs > 0) return { outcome: 'locked', retryAfterMs: lockedForMs }
    if (!isSameSecret(code, this.#code)) {
      this.#countWrong()
      return { outcome: 'wrong', attemptsLeft: this.attemptsLeft }
    }
    this.#unlock()
    const token = this.#tokens.add()
    this.#renewCode()
    return { outcome: 'paired', token }
  }

  #countWrong(): void {
    this.#wrong += 1
    if (this.#wrong < attempts) return
    this.#wrong = 0
    this.#lockedUntil = Date.now() + this.#lockMs
    this.#lockMs = Math.min(this.#lockMs * 2, longestLockMs)
  }

  #lockedForMs(): number {
    return Math.max(0, this.#lockedUntil - Date.now())
  }

  #unlock(): void {
    this.#wrong = 0
    this.#lockMs = firstLockMs
    this.#lockedUntil = 0
  }

  #renewCode(): void {
    this.#show(newCode(), codeLivesMs)
  }

  #show(code: string, livesMs: number): void {
    this.#code = code
    clearTimeout(this.#expiry)
    this.#expiry = setTimeout(() => this.#renewCode(), livesMs)
    this.#expiry.unref()
    this.#options.onCode(code)
  }

  /** What `infill pair` printed is the code from now on, and the lock is lifted. */
  #takeOverCode(): boolean {
    const printed = readPrintedCode(this.#options.folder.code)
    if (printed === null) return false
    removeFile(this.#options.folder.code)
    this.#unlock()
    this.#show(printed.code, Math.min(printed.expiresAt - Date.now(), codeLivesMs))
    return true
  }

  /** What `infill pair` did. Looked for again and again: both files are small, and a change notification can be missed. */
  #follow(): void {
    this.#takeOverCode()
    const revoked = this.#tokens.reload()
    if (revoked.length > 0) this.#options.onRevoked(revoked)
  }
}

/** For `infill pair`: a fresh code, left where a running companion finds it. */
export function printCode(folder: DataFolder): string {
  const code = newCode()
  writeJson(folder.code, { code, expiresAt: Date.now() + codeLivesMs })
  return code
}

function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}

const printedCode = v.object({ code: v.pipe(v.string(), v.regex(/^\d{6}$/)), expiresAt: v.number() })

function readPrintedCode(file: string): v.InferOutput<typeof printedCode> | null {
  const content = v.safeParse(printedCode, readJson(file))
  return content.success && content.output.expiresAt > Date.now() ? content.output : null
}
