import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { adviceFor, distributionFrom, driverAdvice, type System } from '../gpu/advice.ts'
import { type Card, cardInWords, findCard, isDriverTooOld, isInWindows } from '../gpu/card.ts'
import {
  type FoundLibrary,
  findLibraries,
  rememberedFolders,
  rememberFolders,
  surroundingsHere,
} from '../gpu/libraries.ts'
import {
  addressFromNpm,
  cudaProvider,
  installProvider,
  type ProviderPackage,
  providerState,
  removeProvider,
} from '../gpu/provider.ts'
import { cudaElsewhere, runtimeFolder } from '../runtime/device.ts'
import { tryDevice } from '../runtime/examine.ts'
import { type DataFolder, dataFolderPath, openDataFolder } from '../settings.ts'
import { systemClock } from '../store/clock.ts'
import { systemDisk } from '../store/disk.ts'
import { openHttp } from '../store/http.ts'
import { runCommand, type Terminal } from './command.ts'
import { type Output, ProgressLine } from './progress-line.ts'

export interface GpuOptions {
  /** Folders that a person names, where libraries may lie that are not found without. */
  readonly libraries?: readonly string[]
  /** Print JSON instead of words. */
  readonly json?: boolean
}

/** Where the commands run. */
export interface Surroundings extends Terminal {
  /** The data folder. */
  readonly folder: string
  /** ONNX Runtime's. */
  readonly runtime: string
  readonly provider: ProviderPackage
  readonly environment: NodeJS.ProcessEnv
  readonly stderr: Output
  /** Why there is no CUDA on this system; null: there can be. */
  readonly elsewhere: string | null
  readonly system: System
  findCard(): Promise<Card | null>
  findLibraries(named: readonly string[]): Promise<readonly FoundLibrary[]>
  /** What CUDA lacks, found by computing with it; null: nothing. */
  tryCuda(): Promise<string | null>
}

type Given = Partial<Surroundings>

/** `infill gpu status`. Exit code 0: models can run on the card, 4: they cannot. */
export function gpuStatus({ libraries = [], json = false }: GpuOptions, given: Given = {}): Promise<number> {
  return withGpu(given, async (session) => {
    const report = await examine(session, libraries)
    if (json) session.print(JSON.stringify(report))
    else for (const line of inWords(report, session.system)) session.print(line)
    return report.lack === null ? 0 : cannotBeUsed
  })
}

/** `infill gpu install`. What was downloaded stays, whether the card can be used in the end or not. */
export function installGpu({ libraries = [] }: GpuOptions, given: Given = {}): Promise<number> {
  const install = async (session: Session) => {
    const { provider, elsewhere, system, data, print, signal, environment } = session
    if (elsewhere !== null) {
      print(elsewhere)
      return cannotBeUsed
    }
    const progress = new ProgressLine(session.stderr)
    const http = openHttp(environment)
    try {
      await installProvider(
        provider,
        { downloads: data.gpu, runtime: session.runtime },
        () => addressFromNpm(provider, environment, signal),
        { signal, onProgress: (each) => progress.show('the CUDA provider', each) },
        { http, clock: systemClock, disk: systemDisk },
      )
    } finally {
      progress.clear()
      await http.close()
    }
    const report = await examine(session, libraries)
    for (const line of inWords(report, system)) print(line)
    return report.lack === null ? 0 : cannotBeUsed
  }
  return withGpu(given, install, 'Stopped. What was downloaded is kept: install again to go on from there.')
}

/** `infill gpu remove` */
export function removeGpu(given: Given = {}): Promise<number> {
  return withGpu(given, async ({ provider, data, runtime, print }) => {
    await removeProvider(provider, { downloads: data.gpu, runtime })
    print('The CUDA provider is removed. Models run on the processor.')
    return 0
  })
}

interface Report {
  readonly card: Card | null
  readonly provider: Awaited<ReturnType<typeof providerState>>
  readonly libraries: readonly FoundLibrary[]
  /** Why models cannot run on the card, in a sentence; null: they can. */
  readonly lack: string | null
}

interface Session extends Surroundings {
  readonly data: DataFolder
}

const cannotBeUsed = 4

/** @param work Gives the exit code. */
async function withGpu(
  given: Given,
  work: (session: Session) => Promise<number>,
  cancelled?: string,
): Promise<number> {
  let exitCode = 0
  const run = async (terminal: Terminal) => {
    const surroundings = { ...ownSurroundings(), ...given, ...terminal }
    exitCode = await work({ ...surroundings, data: openDataFolder(surroundings.folder) })
  }
  return (await runCommand(run, given, cancelled)) || exitCode
}

function ownSurroundings(): Omit<Surroundings, keyof Terminal> {
  const isHere = process.platform === 'linux' && process.arch === 'x64'
  const osRelease = '/etc/os-release'
  return {
    folder: dataFolderPath(),
    runtime: runtimeFolder(),
    provider: cudaProvider,
    environment: process.env,
    stderr: process.stderr,
    elsewhere: isHere ? null : cudaElsewhere(process.platform),
    system: {
      distribution: existsSync(osRelease) ? distributionFrom(readFileSync(osRelease, 'utf8')) : [],
      isInWindows: isInWindows(),
    },
    findCard,
    findLibraries: async (named) => findLibraries(await surroundingsHere(named)),
    tryCuda: () => tryDevice('cuda'),
  }
}

/** What is found is remembered for the process that runs models, so that it is tried as it will be used. */
async function examine(session: Session, named: readonly string[]): Promise<Report> {
  const { provider: wanted, data, runtime, elsewhere } = session
  if (elsewhere !== null) return { card: null, provider: 'absent', libraries: [], lack: elsewhere }
  const [card, provider, libraries] = await Promise.all([
    session.findCard(),
    providerState(wanted, { downloads: data.gpu, runtime }),
    session.findLibraries([...named.map((folder) => resolve(folder)), ...rememberedFolders(data)]),
  ])
  rememberFolders(data, libraries)
  const found = { card, provider, libraries }
  return { ...found, lack: lackOf(found) ?? (await session.tryCuda()) }
}

/** What can be seen without trying. */
function lackOf({ card, provider, libraries }: Omit<Report, 'lack'>): string | null {
  if (card === null) return 'No NVIDIA graphics card was found, or its driver is not installed (nvidia-smi).'
  if (isDriverTooOld(card)) return `The driver ${card.driver} is too old for CUDA 13.`
  const missing = libraries.filter(({ folder }) => folder === null)
  if (missing.length > 0) return `Missing: ${missing.map(({ name }) => name).join(', ')}.`
  if (provider === 'damaged') return 'The CUDA provider is damaged: `infill gpu install` repairs it.'
  if (provider === 'absent') return 'The CUDA provider is not installed: `infill gpu install` gets it.'
  return null
}

function inWords({ card, provider, libraries, lack }: Report, system: System): string[] {
  const missing = libraries.filter(({ folder }) => folder === null)
  const advice =
    card === null || isDriverTooOld(card)
      ? [
          ...driverAdvice(system),
          ...adviceFor(
            missing.filter(({ part }) => part !== 'driver'),
            system,
          ),
        ]
      : adviceFor(missing, system)
  const rows: [string, string][] = [
    ['Graphics card', card === null ? 'none found' : cardInWords(card)],
    ['CUDA provider', provider === 'absent' ? 'not installed' : provider],
    ...libraries.map(({ name, folder }): [string, string] => [name, folder ?? 'missing']),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
  if (lack === null) return [...table, '', 'Models run on the graphics card.']
  return [...(libraries.length > 0 ? [...table, ''] : []), lack, ...(libraries.length > 0 ? advice : [])]
}
