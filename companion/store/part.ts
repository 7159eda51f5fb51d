import { createHash, type Hash } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import * as v from 'valibot'
import { readJson, writeJson } from '../settings.ts'
import { asDiskError, type Disk, type DiskFile } from './disk.ts'

/** Where the bytes of a part came from first. */
export interface Origin {
  readonly url: string
  /** Entity tag or date by which the server knows whether its file is still the same (If-Range). */
  readonly validator: string | null
  /** SHA-256 that the publisher stated. */
  readonly sha256: string | null
  /** Of the whole file, as the server states it; null: the record's counts. */
  readonly sizeBytes: number | null
}

/** What has come of a file, with its hash so far. Kept as `NAME.part` when the download ends early. */
export class Part {
  readonly #path: string
  readonly #file: DiskFile
  #hash: Hash = createHash('sha256')
  #sizeBytes = 0
  #origin: Origin | null

  /**
   * Goes on from what is there already, which is read once for the hash.
   *
   * @param target Where the whole file is to lie.
   * @throws CompanionError 'disk-full', 'download-failed'; the signal's reason
   */
  static async open(target: string, disk: Disk, signal: AbortSignal): Promise<Part> {
    const path = partPath(target)
    const file = await disk.open(path).catch((error) => {
      throw asDiskError(error, path)
    })
    const part = new Part(path, file)
    try {
      await part.#readWhatIsThere(signal)
    } catch (error) {
      await file.close()
      throw error
    }
    return part
  }

  private constructor(path: string, file: DiskFile) {
    this.#path = path
    this.#file = file
    this.#origin = readOrigin(originPath(path))
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Null: unknown, or nothing has come yet. */
  get origin(): Origin | null {
    return this.#origin
  }

  /** @throws CompanionError 'disk-full', 'download-failed' */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#onDisk(this.#file.write(bytes, this.#sizeBytes))
    this.#hash.update(bytes)
    this.#sizeBytes += bytes.length
  }

  /** Forgets what has come: bytes from `origin` come next. */
  async restart(origin: Origin | null): Promise<void> {
    await this.#onDisk(this.#file.truncate())
    this.#hash = createHash('sha256')
    this.#sizeBytes = 0
    this.#origin = origin
    if (origin === null) await rm(originPath(this.#path), { force: true })
    else writeJson(originPath(this.#path), origin)
  }

  /** Of what has come so far. */
  sha256(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Puts the whole file in its place. */
  async finish(target: string): Promise<void> {
    await this.#onDisk(this.#file.sync())
    await this.#file.close()
    await this.#onDisk(rename(this.#path, target))
    await rm(originPath(this.#path), { force: true })
  }

  /** Keeps what has come. */
  async close(): Promise<void> {
    await this.#file.close()
  }

  async #readWhatIsThere(signal: AbortSignal): Promise<void> {
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    for (;;) {
      signal.throwIfAborted()
      const byteLength = await this.#onDisk(this.#file.read(buffer, this.#sizeBytes))
      if (byteLength === 0) return
      this.#hash.update(buffer.subarray(0, byteLength))
      this.#sizeBytes += byteLength
    }
  }

  async #onDisk<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw asDiskError(error, this.#path)
    }
  }
}

export function partPath(target: string): string {
  return `${target}.part`
}

export function isPart(path: string): boolean {
  return path.endsWith('.part')
}

export function originPath(part: string): string {
  return `${part}.json`
}

const Origin = v.object({
  url: v.string(),
  validator: v.nullable(v.string()),
  sha256: v.nullable(v.string()),
  sizeBytes: v.optional(v.nullable(v.number()), null),
})

function readOrigin(path: string): Origin | null {
  const origin = v.safeParse(Origin, readJson(path))
  return origin.success ? origin.output : null
}
