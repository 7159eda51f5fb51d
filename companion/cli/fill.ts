import { randomInt } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { models as catalogue } from '../../models/index.ts'
import { installedModels } from '../description.ts'
import {
  candidateEngines,
  checkReady,
  chooseEngine,
  chooseExactEngine,
  chooseLargeHoleEngine,
  type Installed,
} from '../engines/choose.ts'
import { commonOptions, type Engine, type Means } from '../engines/engine.ts'
import { createEngines } from '../engines/index.ts'
import { CompanionError } from '../errors.ts'
import { chooseDetailEngine } from '../fill/detail.ts'
import { type FillJob, fill, type Patch } from '../fill/fill.ts'
import { openPicture } from '../fill/picture.ts'
import { choosePrefillEngine } from '../fill/prefill.ts'
import { fillRaw } from '../fill/raw.ts'
import { convertPng, type FileFormat, fileFormats } from '../image/codec.ts'
import { silentLog } from '../log.ts'
import { checkOptions, checkPrompt } from '../options.ts'
import { type ErrorCode, type Extent, limits, type Option, type OptionValue, tasks } from '../protocol.ts'
import { type DeviceChoice, deviceChoices } from '../runtime/device.ts'
import { OnnxRuntime } from '../runtime/session.ts'
import { dataFolderAt, dataFolderPath } from '../settings.ts'
import { openStore } from '../store/store.ts'
import { isFileError, runCommand, type Terminal } from './command.ts'

/** What stands on the command line, as it stands there. */
export interface FillArguments {
  readonly image: string
  /** '-': none, for `expand` only. */
  readonly mask: string
  /** What is not to be copied from. */
  readonly avoid?: string
  /** Where the finished picture goes; its ending says which kind of file. */
  readonly output?: string
  /** Where the patch goes: a PNG of the picture's size. */
  readonly patch?: string
  readonly task?: string
  readonly engine?: string
  readonly prompt?: string
  readonly negative?: string
  readonly seed?: string
  readonly variations?: string
  /** Each 'name=value'. */
  readonly option?: readonly string[]
  /** Of the embedded engine. */
  readonly threads?: string
  readonly json?: boolean
  /** The reference implementation's own picture. */
  readonly raw?: boolean
  /** A checkpoint instead of the installed model's: a file, or a folder with several. */
  readonly weights?: string
  readonly device?: string
}

/** Where the command runs. */
export interface Surroundings extends Terminal {
  readonly engines: readonly Engine[]
  /** The data folder. */
  readonly folder: string
}

/**
 * `infill fill`: picture and mask → files, without a daemon.
 *
 * @returns the exit code
 * @throws what is a bug
 */
export function runFill(args: FillArguments, surroundings: Partial<Surroundings> = {}): Promise<number> {
  const { folder = dataFolderPath() } = surroundings
  return runCommand((terminal) => {
    const threads = wholeNumber('--threads', args.threads ?? '1', 1, availableParallelism())
    const { engines = createEngines({ threads }) } = surroundings
    return fillFiles(args, { ...terminal, engines, folder })
  }, surroundings)
}

async function fillFiles(
  args: FillArguments,
  { engines, folder, signal, print }: Surroundings,
): Promise<void> {
  const start = performance.now()
  const targets = parseTargets(args)
  const store = openStore({ folder: dataFolderAt(folder).models, models: catalogue })
  const runtime = new OnnxRuntime({ device: parseDevice(args.device), log: silentLog })
  try {
    const request = parseRequest(args, engines, installedModels(await store.list()))
    const picture = await openPicture(await readInput(args.image, 'picture', 'image-unreadable'), 'exif')
    const mask = args.mask === '-' ? null : await readInput(args.mask, 'mask', 'mask-unreadable')
    const avoid = args.avoid === undefined ? null : await readInput(args.avoid, 'mask', 'mask-unreadable')
    const { weights } = args
    const means: Means =
      weights === undefined
        ? { runtime, files: (modelId) => store.files(modelId) }
        : { runtime, files: (modelId) => filesAt(weights, modelId), checkpoint: resolve(weights) }
    const job: FillJob = {
      ...{ ...request, picture, mask, avoid, means },
      ...{ extent: 'finished', merge: false, queueMs: 0 },
    }
    const extents = targets.map(({ extent }) => extent)
    const written: string[] = []
    const onPatch = async ({ variation, seed, used, png }: Patch, extent: Extent) => {
      const { path, format } = targets.find((target) => target.extent === extent)!
      const file = job.variations === 1 ? path : numbered(path, variation)
      await writeFile(file, await convertPng(png, format))
      written.push(file)
      if (extent !== extents.at(-1)) return
      const ms = Math.round(performance.now() - start)
      const words = [
        `${written.splice(0).join(' and ')} (seed ${seed}, ${(ms / 1000).toFixed(1)} s).`,
        ...used.notes,
      ]
      print(args.json ? JSON.stringify({ engine: used.engine, seed, ms, used }) : words.join(' '))
    }
    const run = { signal, onProgress: () => {} }
    if (args.raw) await fillRaw(job, run, (patch) => onPatch(patch, 'finished'))
    else await fill(job, run, onPatch, extents)
  } finally {
    await runtime.unload()
    await store.close()
  }
}

function parseDevice(text = 'auto'): DeviceChoice {
  const choice = deviceChoices.find((known) => known === text)
  if (choice !== undefined) return choice
  throw new CompanionError(
    'option-invalid',
    `Expected one of ${deviceChoices.join(', ')} for --device but received ${text}.`,
  )
}

/** A model's files as they lie elsewhere: all in one folder, or the only one it has. */
async function filesAt(path: string, modelId: string): Promise<ReadonlyMap<string, string>> {
  const { files } = catalogue.find(({ id }) => id === modelId)!
  const absolute = resolve(path)
  const isFolder = (await stat(absolute).catch(() => null))?.isDirectory() ?? false
  return new Map(files.map(({ name }) => [name, isFolder ? join(absolute, name) : absolute]))
}

interface Target {
  readonly path: string
  readonly extent: Extent
  readonly format: FileFormat
}

function parseTargets({ output, patch, avoid, raw }: FillArguments): Target[] {
  if (raw && patch !== undefined) {
    throw new CompanionError(
      'option-invalid',
      'With --raw there is no patch. Say where the picture goes: -o OUT.',
    )
  }
  if (raw && avoid !== undefined) {
    throw new CompanionError(
      'option-invalid',
      'A fill with --raw takes no --avoid: the reference implementation knows none. Leave one of them out.',
    )
  }
  const targets: Target[] = []
  if (output !== undefined) targets.push({ path: output, extent: 'finished', format: formatOf(output) })
  if (patch !== undefined) {
    if (formatOf(patch) !== 'png') {
      throw new CompanionError('option-invalid', `Expected a .png file for --patch but received ${patch}.`)
    }
    targets.push({ path: patch, extent: 'image', format: 'png' })
  }
  if (targets.length === 0) {
    throw new CompanionError(
      'option-invalid',
      'Say where the result goes: -o OUT, --patch PATCH.png, or both.',
    )
  }
  return targets
}

function formatOf(path: string): FileFormat {
  const ending = extname(path).slice(1).toLowerCase()
  const format = fileFormats.find((known) => known === ending)
  if (format !== undefined) return format
  const known = fileFormats.map((name) => `.${name}`).join(', ')
  throw new CompanionError(
    'option-invalid',
    `Expected a file ending in one of ${known} but received ${path}.`,
  )
}

type Request = Omit<FillJob, 'picture' | 'mask' | 'avoid' | 'means' | 'extent' | 'merge' | 'queueMs'>

/** Checked in the protocol's order: task, engine, options, prompt, model. */
function parseRequest(args: FillArguments, engines: readonly Engine[], installed: Installed): Request {
  const task = tasks.find((name) => name === (args.task ?? 'remove'))
  if (task === undefined) {
    throw new CompanionError(
      'option-invalid',
      `Expected one of ${tasks.join(', ')} for --task but received ${args.task}.`,
    )
  }
  if (args.mask === '-' && task !== 'expand') {
    throw new CompanionError('option-invalid', `The task ${task} needs a mask. Name a PNG where - stands.`)
  }
  const asked = args.engine ?? 'auto'
  const engine = chooseEngine(engines, installed, asked, task)
  refuseModelOptions(engine, args)
  const candidates = candidateEngines(engines, asked, task).map(({ options, rawOptions = [] }) => ({
    options: args.raw === true ? [...options, ...rawOptions] : options,
  }))
  const options = checkOptions(candidates, parseOptions(args.option ?? [], candidates))
  const seed = args.seed === undefined ? randomInt(2 ** 32) : wholeNumber('--seed', args.seed, 0, 2 ** 32 - 1)
  const variations = wholeNumber('--variations', args.variations ?? '1', 1, limits.variations)
  const { prompt = '', negative: negativePrompt = '' } = args
  checkPrompt(task, prompt)
  const hasWeights = args.weights !== undefined
  checkReady(engine, hasWeights ? new Set(engine.models) : installed)
  const helpers = {
    exactEngine: hasWeights ? null : chooseExactEngine(engines, asked, task, engine),
    largeHoleEngine: hasWeights ? null : chooseLargeHoleEngine(engines, installed, asked, task, options),
    prefillEngine: choosePrefillEngine(engines),
    detailEngine: chooseDetailEngine(engines),
  }
  return { ...helpers, engine, task, prompt, negativePrompt, seed, variations, options }
}

function refuseModelOptions(engine: Engine, { raw, weights }: FillArguments): void {
  if (engine.models.length > 0) return
  const refused = raw === true ? '--raw' : weights === undefined ? null : '--weights'
  if (refused === null) return
  throw new CompanionError(
    'option-invalid',
    `${engine.title} has no model, so it takes no ${refused}. Leave it out, or choose another --engine.`,
  )
}

/** 'name=value' as the kind of value that the option's description asks for; where it does not fit, the text itself. */
function parseOptions(
  given: readonly string[],
  engines: readonly Pick<Engine, 'options'>[],
): Record<string, OptionValue> {
  const described = [...commonOptions, ...engines.flatMap((engine) => engine.options)]
  return Object.fromEntries(
    given.map((text) => {
      const [name, value] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
      if (!text.includes('=') || name === '') {
        throw new CompanionError('option-invalid', `Expected name=value for --option but received ${text}.`)
      }
      return [name, parseValue(value, described.find((option) => option.name === name)?.kind)]
    }),
  )
}

function parseValue(value: string, kind: Option['kind'] | undefined): OptionValue {
  const isNumber = (kind === 'integer' || kind === 'number') && value.trim() !== ''
  if (isNumber && Number.isFinite(Number(value))) return Number(value)
  if (kind === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new CompanionError(
    'option-invalid',
    `Expected a whole number from ${min} to ${max} for ${name} but received ${text}.`,
  )
}

async function readInput(path: string, what: string, code: ErrorCode): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    if (!isFileError(cause)) throw cause
    throw new CompanionError(code, `The ${what} ${path} cannot be read: ${cause.code}.`, { cause })
  }
}

/** 'out.png' → 'out-2.png' */
function numbered(path: string, variation: number): string {
  const ending = extname(path)
  return `${path.slice(0, path.length - ending.length)}-${variation}${ending}`
}
