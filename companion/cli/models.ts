import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { models as catalogue } from '../../models/index.ts'
import type { ModelDefinition } from '../../models/model.ts'
import { sizeInWords } from '../byte-size.ts'
import { modelInfo } from '../description.ts'
import type { Engine } from '../engines/engine.ts'
import { engines as allEngines } from '../engines/index.ts'
import { CompanionError } from '../errors.ts'
import type { ModelInfo } from '../protocol.ts'
import { dataFolderPath, openDataFolder } from '../settings.ts'
import { systemDisk } from '../store/disk.ts'
import type { ByteRun } from '../store/pace.ts'
import { type ModelState, openStore, type Store } from '../store/store.ts'
import { runCommand, type Terminal } from './command.ts'
import { stateInWords } from './model-words.ts'
import { type Output, ProgressLine } from './progress-line.ts'

export interface ModelsOptions {
  /** Print JSON instead of words. */
  readonly json?: boolean
  /** What the licence forbids is accepted. */
  readonly acceptLicence?: boolean
}

/** Where the commands run. */
export interface Surroundings extends Terminal {
  /** The data folder. */
  readonly folder: string
  readonly models: readonly ModelDefinition[]
  readonly engines: readonly Engine[]
  readonly environment: NodeJS.ProcessEnv
  readonly stderr: Output
  /** Whether the person says yes; null: nobody is there to be asked. */
  readonly ask: ((question: string, signal: AbortSignal) => Promise<boolean>) | null
}

type Given = Partial<Surroundings>

/** `infill models list`. This and those below return the exit code, and throw only what is a bug. */
export function listModels({ json = false }: ModelsOptions, given: Given = {}): Promise<number> {
  return withStore(given, async ({ store, folder, print, infoOf }) => {
    const states = await store.list()
    const freeBytes = await systemDisk.freeBytes(folder)
    if (json) return print(JSON.stringify({ folder, freeBytes, models: states.map(infoOf) }))
    for (const state of states) print(inWords(infoOf(state)))
    print(`${sizeInWords(freeBytes)} are free on the disk of ${folder}.`)
  })
}

/** `infill models install ID…` */
export function installModels(
  ids: readonly string[],
  { json = false, acceptLicence = false }: ModelsOptions,
  given: Given = {},
): Promise<number> {
  const install = async (session: Session) => {
    const { store, say } = session
    for (const id of ids) {
      const { model } = await store.state(id)
      await agree(model, acceptLicence, session)
      await withProgress(session, model.title, (run) => store.install(id, { acceptLicence: true }, run))
      await say(id, json, ({ bytes }) => {
        const installed = `${model.title} is installed (${sizeInWords(bytes)}).`
        return [installed, ...wordsOnHashes(model)].join(' ')
      })
    }
  }
  return withStore(given, install, 'Stopped. What was downloaded is kept: install again to go on from there.')
}

/** `infill models verify [ID…]` */
export function verifyModels(
  ids: readonly string[],
  { json = false }: ModelsOptions,
  given: Given = {},
): Promise<number> {
  return withStore(given, async (session) => {
    const { store, say } = session
    const present = (await store.list()).filter(({ installed, damaged }) => installed || damaged)
    const asked = ids.length > 0 ? ids : present.map(({ model }) => model.id)
    if (asked.length === 0 && !json) session.print('No model is installed.')
    const damaged: ModelDefinition[] = []
    for (const id of asked) {
      const { model } = await store.state(id)
      const state = await withProgress(session, model.title, (run) => store.verify(id, run))
      if (state.damaged) damaged.push(model)
      await say(id, json, () => `${model.title} is ${state.damaged ? 'damaged' : 'as it was published'}.`)
    }
    if (damaged.length === 0) return
    throw new CompanionError(
      'model-damaged',
      `Repair it: infill models install ${damaged.map(({ id }) => id).join(' ')}`,
    )
  })
}

/** `infill models remove ID…` */
export function removeModels(
  ids: readonly string[],
  { json = false }: ModelsOptions,
  given: Given = {},
): Promise<number> {
  return withStore(given, async ({ store, say }) => {
    for (const id of ids) {
      await store.uninstall(id)
      await say(id, json, ({ title }) => `${title} is removed.`)
    }
  })
}

/** `infill models add FILE` */
export function addFile(
  path: string,
  { json = false, acceptLicence = false }: ModelsOptions,
  given: Given = {},
): Promise<number> {
  return withStore(given, async (session) => {
    const { store, say } = session
    const found = await withProgress(session, basename(path), (run) => store.identify(path, run))
    const { model } = found
    await agree(model, acceptLicence, session)
    await store.add(found, { acceptLicence: true })
    await say(model.id, json, (info) =>
      info.installed
        ? `${info.title} is installed. It uses ${path}: leave the file there.`
        : `${path} is a part of ${info.title}, used where it is. Still missing: ${sizeInWords(info.bytes - info.installedBytes)}.`,
    )
  })
}

/** What a command works with. */
interface Session extends Surroundings {
  readonly store: Store
  infoOf(state: ModelState): ModelInfo
  /** One line about a model as it is now. */
  say(id: string, json: boolean, words: (info: ModelInfo) => string): Promise<void>
}

/** @param cancelled What is said after Ctrl+C, where it is more than that. */
function withStore(
  given: Given,
  work: (session: Session) => Promise<void>,
  cancelled?: string,
): Promise<number> {
  const run = async (terminal: Terminal) => {
    const surroundings = { ...ownSurroundings(), ...given, ...terminal }
    const { folder, models, engines, environment, print } = surroundings
    const store = openStore({ folder: openDataFolder(folder).models, models, environment })
    const infoOf = (state: ModelState) => modelInfo(state, engines)
    try {
      await work({
        ...surroundings,
        store,
        infoOf,
        async say(id, json, words) {
          const info = infoOf(await store.state(id))
          print(json ? JSON.stringify(info) : words(info))
        },
      })
    } finally {
      await store.close()
    }
  }
  return runCommand(run, given, cancelled)
}

function ownSurroundings(): Omit<Surroundings, keyof Terminal> {
  return {
    folder: dataFolderPath(),
    models: catalogue,
    engines: allEngines,
    environment: process.env,
    stderr: process.stderr,
    ask: process.stdin.isTTY ? askInTerminal : null,
  }
}

/** What the person must know of a licence before the download. What forbids something has to be accepted in words. */
async function agree(
  { title, licence: { name, url, restrictions } }: ModelDefinition,
  acceptLicence: boolean,
  { printError, ask, signal }: Session,
): Promise<void> {
  printError(`${title} is published under ${name}: ${url}`)
  if (restrictions === undefined) return
  printError(restrictions)
  if (acceptLicence) return
  if (ask === null) {
    throw new CompanionError(
      'licence-not-accepted',
      'Nobody is there to be asked. Accept the licence with --accept-licence.',
    )
  }
  if (!(await ask('Do you accept this? (y/N) ', signal))) {
    throw new CompanionError('licence-not-accepted', `${title} is not installed without its licence.`)
  }
}

/** Says on stderr how far it is while it runs. */
async function withProgress<T>(
  { signal, stderr }: Session,
  name: string,
  work: (run: ByteRun) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(stderr)
  try {
    return await work({ signal, onProgress: (progress) => line.show(name, progress) })
  } finally {
    line.clear()
  }
}

/** What a person may want to know of how far the files can be trusted. */
function wordsOnHashes({ files }: ModelDefinition): string[] {
  const from = new Set(files.map(({ sha256From }) => sha256From))
  return [
    ...(from.has('one') ? ['The SHA-256 of its files is known from one source only.'] : []),
    ...(from.has('none')
      ? ['No SHA-256 of its files was known before: the one that its publisher stated is kept.']
      : []),
  ]
}

function inWords(info: ModelInfo): string {
  const { id, title, purpose, licence, bytes } = info
  return `${id}: ${title} (${stateInWords(info)}, ${sizeInWords(bytes)}, ${licence.name})\n  ${purpose}`
}

/** Not as a terminal's own line editor, which would keep Ctrl+C to itself. */
function askInTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  return new Promise<boolean>((resolve, reject) => {
    const cancel = () => reject(signal.reason)
    signal.addEventListener('abort', cancel, { once: true })
    lines.once('close', () => resolve(false))
    lines.question(question, (answer) => resolve(/^y(es)?$/i.test(answer.trim())))
  }).finally(() => lines.close())
}
