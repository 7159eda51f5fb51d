import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { readJson, writeJson } from './settings.ts'

/** Tells one client from another without being its secret: the SHA-256 of its token, in hex. */
export type ClientId = string

/**
 * The paired clients, as the data folder has them. The file is read anew before each change, because `infill pair --revoke`
 * empties it from another process.
 */
export class Tokens {
  readonly #file: string
  #clients: readonly ClientId[]

  constructor(file: string) {
    this.#file = file
    this.#clients = readClients(file)
  }

  /** A new token of 256 bits. Only its hash is kept. */
  add(): string {
    const token = newToken()
    this.#clients = [...readClients(this.#file), clientIdOf(token)]
    writeClients(this.#file, this.#clients)
    return token
  }

  find(token: string): ClientId | null {
    const wanted = clientIdOf(token)
    // Every one is compared, so that the time taken does not tell which one came close.
    const matches = this.#clients.filter((client) => isSameSecret(client, wanted))
    return matches.length > 0 ? wanted : null
  }

  /** Takes over what another process wrote. Returns the clients that are no longer known. */
  reload(): ClientId[] {
    const before = this.#clients
    this.#clients = readClients(this.#file)
    return before.filter((client) => !this.#clients.includes(client))
  }
}

/** Forgets every paired client; a running companion follows. */
export function revokeAll(file: string): void {
  writeClients(file, [])
}

export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

export function clientIdOf(token: string): ClientId {
  return createHash('sha256').update(token).digest('hex')
}

/** In a time that depends on neither. */
export function isSameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}

const tokenFile = v.object({ clients: v.array(v.string()) })

function readClients(file: string): readonly ClientId[] {
  const content = v.safeParse(tokenFile, readJson(file))
  return content.success ? content.output.clients : []
}

function writeClients(file: string, clients: readonly ClientId[]): void {
  writeJson(file, { clients })
}
