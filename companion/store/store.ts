import { link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { ModelDefinition, ModelFile } from '../../models/model.ts'
import { CompanionError } from '../errors.ts'
import { addressesOf } from './addresses.ts'
import { systemClock } from './clock.ts'
import { asDiskError, checkSpace, systemDisk } from './disk.ts'
import { download, type Means } from './download.ts'
import { openHttp } from './http.ts'
import {
  fitsSize,
  type InstalledFile,
  readInstalled,
  sha256OfFile,
  sizeOf,
  targetOf,
  writeInstalled,
} from './installed.ts'
import { withLock } from './lock.ts'
import { type ByteRun, startPace } from './pace.ts'
import { isPart, originPath, partPath } from './part.ts'
import { Sharing } from './sharing.ts'

export interface StoreOptions {
  /** Absolute; made where there is none. */
  readonly folder: string
  /** The catalogue. */
  readonly models: readonly ModelDefinition[]
  /** HTTPS_PROXY, HTTP_PROXY, NO_PROXY and INFILL_MIRROR are read from it. Default: the process's own. */
  readonly environment?: NodeJS.ProcessEnv
  /** Instead of the machine's own network, clock or disk. */
  readonly means?: Partial<Means>
}

export interface ModelState {
  readonly model: ModelDefinition
  /** Every file is there. */
  readonly installed: boolean
  /** A file is gone, has another size, or was found to have other bytes. Installing again repairs it. */
  readonly damaged: boolean
  readonly installedBytes: number
  /** Still to come before all is there; what an earlier download left is not counted. */
  readonly downloadBytes: number
}

/** A file on this machine that is one of the catalogue's. */
export interface KnownFile {
  readonly model: ModelDefinition
  readonly file: ModelFile
  /** Absolute. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

export interface Terms {
  /** Whether the person has accepted the model's licence, with its restrictions. */
  readonly acceptLicence: boolean
}

/** Opens the store of weights. Nothing is read or written before it is asked for something. */
export function openStore({ folder, models, environment = process.env, means = {} }: StoreOptions): Store {
  const http = means.http ?? openHttp(environment)
  return new Store(folder, models, environment.INFILL_MIRROR ?? '', {
    http,
    clock: means.clock ?? systemClock,
    disk: means.disk ?? systemDisk,
  })
}

/** The weights on this machine. Only `install` uses the network. */
export class Store {
  readonly #folder: string
  readonly #models: readonly ModelDefinition[]
  readonly #mirror: string
  readonly #means: Means
  readonly #installs = new Sharing()

  constructor(folder: string, models: readonly ModelDefinition[], mirror: string, means: Means) {
    this.#folder = folder
    this.#models = models
    this.#mirror = mirror
    this.#means = means
  }

  /** Every model of the catalogue. Goes by names and sizes; `verify` reads the bytes. */
  list(): Promise<ModelState[]> {
    return Promise.all(this.#models.map((model) => this.#stateOf(model)))
  }

  /** @throws CompanionError 'model-unknown' */
  async state(modelId: string): Promise<ModelState> {
    return this.#stateOf(this.#find(modelId))
  }

  /**
   * Absolute paths of a model's files, by their names.
   *
   * @throws CompanionError 'model-unknown', 'model-missing', 'model-damaged'
   */
  async files(modelId: string): Promise<ReadonlyMap<string, string>> {
    const model = this.#find(modelId)
    const paths = new Map<string, string>()
    for (const file of model.files) {
      const installed = await this.#installed(model, file)
      if (installed === null) throw notInstalled(model)
      if (installed.damaged) {
        throw new CompanionError('model-damaged', `${file.name} of ${model.title} is damaged or gone.`, {
          hint: `Install ${model.title} again to repair it: infill models install ${model.id}`,
        })
      }
      paths.set(file.name, installed.path)
    }
    return paths
  }

  /**
   * Downloads what is missing or damaged. Where all seems to be there, whoever asks doubts it: every byte is read, and
   * what is wrong is downloaded again. Asked for twice at the same time, it works once; the signal of the last one who
   * waits ends it. What came is kept.
   *
   * @throws CompanionError 'model-unknown', 'licence-not-accepted', 'download-failed', 'disk-full'; the signal's reason
   */
  async install(modelId: string, terms: Terms, run: ByteRun): Promise<void> {
    const model = this.#find(modelId)
    checkTerms(model, terms)
    await this.#installs.run(model.id, run, (shared) =>
      withLock(this.#lockOf(model), async () => {
        if ((await this.#missingFiles(model)).length === 0) await this.#verifyFiles(model, shared)
        await this.#installFiles(model, shared)
        await this.#writeTerms(model)
      }),
    )
  }

  /**
   * Reads every file of an installed model and compares its SHA-256.
   *
   * @throws CompanionError 'model-unknown', 'model-missing'; the signal's reason
   */
  async verify(modelId: string, run: ByteRun): Promise<ModelState> {
    const model = this.#find(modelId)
    const { installed, damaged } = await this.#stateOf(model)
    if (!installed && !damaged) throw notInstalled(model)
    await this.#verifyFiles(model, run)
    return this.#stateOf(model)
  }

  /**
   * Deletes a model and what a download has left of it. Files that were added from elsewhere stay where they are.
   * Whoever waits for its download gets 'download-failed'.
   *
   * @throws CompanionError 'model-unknown', 'download-failed' (another process is downloading it, or it cannot be deleted)
   */
  async uninstall(modelId: string): Promise<void> {
    const model = this.#find(modelId)
    const reason = `${model.title} was uninstalled before its download had ended.`
    await this.#installs.abort(model.id, new CompanionError('download-failed', reason))
    const folder = join(this.#folder, model.id)
    await withLock(this.#lockOf(model), () =>
      rm(folder, { recursive: true, force: true }).catch((error) => {
        throw asDiskError(error, folder)
      }),
    )
  }

  /**
   * Tells by its SHA-256 which file of the catalogue a file on this machine is.
   *
   * @throws CompanionError 'model-missing' (no such file), 'model-unknown' (none of the catalogue's), 'model-damaged'
   *   (the size of one, with other bytes); the signal's reason
   */
  async identify(path: string, run: ByteRun): Promise<KnownFile> {
    const sizeBytes = await sizeOf(path)
    if (sizeBytes === null) {
      throw new CompanionError('model-missing', `There is no file ${path}. Check the name.`)
    }
    const candidates = this.#models.flatMap((model) =>
      model.files.filter((file) => fitsSize(file, sizeBytes)).map((file) => ({ model, file })),
    )
    if (candidates.length === 0) throw noneOfTheCatalogue(path, sizeBytes, this.#models)

    const pace = startPace('load', sizeBytes, this.#means.clock, run)
    const sha256 = await sha256OfFile(path, { signal: run.signal, onBytes: pace.update })
    const found = candidates.find(({ file }) => file.sha256 === sha256)
    if (found === undefined) throw otherContents(path, candidates)
    return { ...found, path: resolve(path), sizeBytes, sha256 }
  }

  /**
   * Uses an identified file as one of its model's. It stays where it is.
   *
   * @throws CompanionError 'licence-not-accepted'
   */
  async add({ model, file, path, sizeBytes, sha256 }: KnownFile, terms: Terms): Promise<void> {
    checkTerms(model, terms)
    const target = this.#target(model, file)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    writeInstalled(target, { path, sizeBytes, sha256, damaged: false })
    await this.#writeTerms(model)
  }

  /**
   * Deletes what broken-off downloads left more than a week ago.
   *
   * @param nowMs Since 1970.
   * @returns the bytes that are free again
   */
  async cleanUp(nowMs: number = Date.now()): Promise<number> {
    let freedBytes = 0
    // Also of models that the catalogue no longer has.
    const entries = await readdir(this.#folder, { recursive: true }).catch(() => [])
    for (const part of entries.filter(isPart).map((name) => join(this.#folder, name))) {
      // A download may have ended meanwhile.
      const left = await stat(part).catch(() => null)
      if (left === null || nowMs - left.mtimeMs < keptPartMs) continue
      await rm(part, { force: true })
      await rm(originPath(part), { force: true })
      freedBytes += left.size
    }
    return freedBytes
  }

  /** Ends downloads and connections; what came is kept. */
  async close(): Promise<void> {
    const reason = 'Infill was stopped. Start it again, and the download goes on where it stopped.'
    await this.#installs.abortAll(new CompanionError('shutting-down', reason))
    await this.#means.http.close()
  }

  /** What its licence forbids goes wherever the weights go. */
  async #writeTerms({ id, title, licence: { name, url, restrictions } }: ModelDefinition): Promise<void> {
    if (restrictions === undefined) return
    const text = `${title} is published under ${name}: ${url}\n\n${restrictions}\n`
    await writeFile(join(this.#folder, id, 'LICENCE.txt'), text, { mode: 0o600 })
  }

  /** Writes down which files have other bytes than they should. */
  async #verifyFiles(model: ModelDefinition, run: ByteRun): Promise<void> {
    const { installedBytes } = await this.#stateOf(model)
    const pace = startPace('load', installedBytes, this.#means.clock, run)
    let doneBytes = 0
    for (const file of model.files) {
      const found = await this.#installed(model, file)
      const size = found === null ? null : await sizeOf(found.path)
      if (found === null || size === null) continue
      const onBytes = (bytes: number) => pace.update(doneBytes + bytes)
      const sha256 = await sha256OfFile(found.path, { signal: run.signal, onBytes })
      doneBytes += size
      writeInstalled(this.#target(model, file), {
        ...found,
        damaged: sha256 !== (file.sha256 ?? found.sha256),
      })
    }
  }

  /** Those that are not there, or damaged. */
  async #missingFiles(model: ModelDefinition): Promise<ModelFile[]> {
    const missing: ModelFile[] = []
    for (const file of model.files) if (!(await this.#isSound(model, file))) missing.push(file)
    return missing
  }

  async #installFiles(model: ModelDefinition, run: ByteRun): Promise<void> {
    for (const file of await this.#missingFiles(model)) await this.#takeFromOthers(model, file)
    const missing = await this.#missingFiles(model)
    const sizes = missing.map((file) => file.sizeBytes)
    const parts = await Promise.all(missing.map((file) => this.#partBytes(model, file)))
    await checkSpace(this.#means.disk, this.#folder, sum(sizes) - sum(parts))

    const pace = startPace('download', sum(sizes), this.#means.clock, run)
    let doneBytes = 0
    for (const file of missing) {
      const target = this.#target(model, file)
      const kept = await this.#installed(model, file)
      const sha256 = await download(
        {
          file: { ...file, sha256: file.sha256 ?? kept?.sha256 ?? null },
          urls: addressesOf(model, file, this.#mirror),
          target,
          signal: run.signal,
          onBytes: (bytes) => pace.update(doneBytes + Math.min(bytes, file.sizeBytes)),
        },
        this.#means,
      )
      const sizeBytes = (await sizeOf(target))!
      writeInstalled(target, { path: target, sizeBytes, sha256, damaged: false })
      doneBytes += file.sizeBytes
    }
  }

  /** What another model has already is not downloaded again, nor kept twice: both have it until the last one is uninstalled. */
  async #takeFromOthers(model: ModelDefinition, file: ModelFile): Promise<void> {
    const found = await this.#inOthers(model, file)
    if (found === null) return
    const target = this.#target(model, file)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await rm(target, { force: true })
    try {
      await link(found.path, target)
    } catch {
      // Not every file system can; then it is downloaded.
      return
    }
    writeInstalled(target, { ...found, path: target })
  }

  async #inOthers(model: ModelDefinition, { sha256 }: ModelFile): Promise<InstalledFile | null> {
    if (sha256 === null) return null
    for (const other of this.#models.filter(({ id }) => id !== model.id)) {
      for (const file of other.files.filter((each) => each.sha256 === sha256)) {
        const installed = await this.#installed(other, file)
        if (installed !== null && !installed.damaged) return installed
      }
    }
    return null
  }

  async #isSound(model: ModelDefinition, file: ModelFile): Promise<boolean> {
    const installed = await this.#installed(model, file)
    return installed !== null && !installed.damaged
  }

  async #stateOf(model: ModelDefinition): Promise<ModelState> {
    const files = await Promise.all(
      model.files.map(async (file) => {
        const installed = await this.#installed(model, file)
        const isSound = installed !== null && !installed.damaged
        return {
          installed,
          onDiskBytes: installed === null ? 0 : ((await sizeOf(installed.path)) ?? 0),
          toComeBytes: isSound ? 0 : await this.#toComeBytes(model, file),
        }
      }),
    )
    return {
      model,
      installed: files.every(({ installed }) => installed !== null),
      damaged: files.some(({ installed }) => installed?.damaged),
      installedBytes: sum(files.map(({ onDiskBytes }) => onDiskBytes)),
      downloadBytes: sum(files.map(({ toComeBytes }) => toComeBytes)),
    }
  }

  #find(modelId: string): ModelDefinition {
    const model = this.#models.find(({ id }) => id === modelId)
    if (model !== undefined) return model
    const known = this.#models.map(({ id }) => id).join(', ')
    throw new CompanionError(
      'model-unknown',
      `There is no model ${JSON.stringify(modelId)}. ${known === '' ? 'None can be installed yet.' : `Possible: ${known}.`}`,
    )
  }

  #installed(model: ModelDefinition, file: ModelFile): Promise<InstalledFile | null> {
    return readInstalled(this.#target(model, file))
  }

  /** Of a file that is not here. */
  async #toComeBytes(model: ModelDefinition, file: ModelFile): Promise<number> {
    if ((await this.#inOthers(model, file)) !== null) return 0
    return file.sizeBytes - (await this.#partBytes(model, file))
  }

  async #partBytes(model: ModelDefinition, file: ModelFile): Promise<number> {
    return Math.min(file.sizeBytes, (await sizeOf(partPath(this.#target(model, file)))) ?? 0)
  }

  #target(model: ModelDefinition, file: ModelFile): string {
    return targetOf(this.#folder, model, file)
  }

  #lockOf(model: ModelDefinition): string {
    return join(this.#folder, `${model.id}.lock`)
  }
}

const keptPartMs = 7 * 24 * 60 * 60 * 1000

function checkTerms(model: ModelDefinition, { acceptLicence }: Terms): void {
  if (acceptLicence) return
  const { name, url, restrictions } = model.licence
  throw new CompanionError(
    'licence-not-accepted',
    `${model.title} is published under ${name} (${url}). Accept the licence before it is installed.`,
    restrictions === undefined ? {} : { hint: restrictions },
  )
}

function notInstalled(model: ModelDefinition): CompanionError {
  return new CompanionError('model-missing', `${model.title} is not installed.`, {
    hint: `Install it first: infill models install ${model.id}`,
  })
}

function otherContents(path: string, candidates: readonly { readonly file: ModelFile }[]): CompanionError {
  const names = candidates.map(({ file }) => file.name).join(' or ')
  const isKnown = candidates.every(({ file }) => file.sha256 !== null)
  return new CompanionError(
    'model-damaged',
    isKnown
      ? `${basename(path)} has the size of ${names}, but not its contents (SHA-256). Get it again from its publisher.`
      : `${basename(path)} has the size of ${names}, whose SHA-256 is not known before it is downloaded. Install the model instead.`,
  )
}

function noneOfTheCatalogue(
  path: string,
  sizeBytes: number,
  models: readonly ModelDefinition[],
): CompanionError {
  const names = models.flatMap(({ files }) => files.map((file) => `${file.name} (${file.sizeBytes} bytes)`))
  return new CompanionError(
    'model-unknown',
    `${basename(path)} (${sizeBytes} bytes) is no file of a model that Infill knows: ${names.join(', ')}.`,
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
