import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { sizeInWords } from '../byte-size.ts'
import { type Card, cardInWords, findCard, isInWindows } from '../gpu/card.ts'
import { builtFile, installationFolder, version } from '../installation.ts'
import { findRunning } from '../instance.ts'
import { holderOf, isFree } from '../listen.ts'
import { type ModelInfo, ports } from '../protocol.ts'
import { titles } from '../runtime/device.ts'
import type { RuntimeReport } from '../runtime/examine.ts'
import { type DataFolder, dataFolderPath, openDataFolder } from '../settings.ts'
import { stateInWords } from './model-words.ts'

export const doctorCommand = new Command('doctor')
  .description('look at what Infill needs on this machine, and say what is missing')
  .option('--json', 'print one line of JSON')
  .action(async ({ json = false }: { json?: boolean }) => {
    const report = await examine()
    console.log(json ? JSON.stringify(report) : inWords(report))
    process.exitCode = report.missing.length === 0 ? 0 : 1
  })

export interface Report {
  /** null: could not be loaded. */
  readonly versions: {
    readonly infill: string
    readonly node: string
    readonly sharp: string | null
    readonly onnxruntime: string | null
  }
  /** linux-x64, and the like. */
  readonly system: string
  /** Whether it is Linux inside Windows (WSL). */
  readonly isInWindows: boolean
  /** An NVIDIA card; null: there is none, or no driver that could be asked. */
  readonly card: Card | null
  readonly ports: readonly PortReport[]
  readonly folders: { readonly installation: string; readonly data: string; readonly writable: boolean }
  readonly built: Readonly<Record<string, boolean>>
  /** What models can be computed on; the embedded engine needs none of it. */
  readonly runtime: RuntimeReport
  /** null: it could not be found out. */
  readonly models: readonly ModelInfo[] | null
  /** On the disk of the data folder; null: it could not be found out. */
  readonly freeBytes: number | null
  /** In plain words, what is needed and is not there. Empty: all is well. */
  readonly missing: readonly string[]
}

interface PortReport {
  readonly port: number
  readonly state: 'free' | 'ours' | 'taken'
  readonly holder?: string
}

const leastNode = [20, 19] as const
const builtFiles = [
  'code.js',
  'ui.html',
  'playground.html',
  'infill.js',
  'patchmatch-worker.js',
  'patchmatch-helper.js',
  'runtime-child.js',
]

export async function examine(): Promise<Report> {
  const data = dataFolderPath()
  const folder = openFolder(data)
  const [portReports, sharp, card, runtime, stored] = await Promise.all([
    examinePorts(folder),
    sharpVersion(),
    findCard(),
    import('../runtime/examine.ts').then(({ examineRuntime }) => examineRuntime()),
    examineStore(folder),
  ])
  const findings = {
    versions: {
      infill: version,
      node: process.versions.node,
      sharp,
      onnxruntime: runtime.version,
    },
    system: `${process.platform}-${process.arch}`,
    isInWindows: isInWindows(),
    card,
    ports: portReports,
    folders: { installation: installationFolder, data, writable: folder !== null },
    built: Object.fromEntries(builtFiles.map((name) => [name, existsSync(builtFile(name))])),
    runtime,
    models: stored?.models ?? null,
    freeBytes: stored?.freeBytes ?? null,
  }
  return { ...findings, missing: missingFrom(findings) }
}

function openFolder(path: string): DataFolder | null {
  try {
    const folder = openDataFolder(path)
    accessSync(folder.path, constants.W_OK)
    return folder
  } catch {
    return null
  }
}

async function examinePorts(folder: DataFolder | null): Promise<PortReport[]> {
  const running = folder === null ? null : await findRunning(folder)
  return Promise.all(
    ports.map(async (port): Promise<PortReport> => {
      if (running?.port === port) return { port, state: 'ours' }
      if (await isFree(port)) return { port, state: 'free' }
      return { port, state: 'taken', holder: await holderOf(port) }
    }),
  )
}

/** null: the library, or its part for this system, is not installed. */
async function sharpVersion(): Promise<string | null> {
  try {
    const { default: sharp } = await import('sharp')
    return sharp.versions.sharp ?? null
  } catch {
    return null
  }
}

async function examineStore(
  folder: DataFolder | null,
): Promise<{ models: ModelInfo[]; freeBytes: number } | null> {
  if (folder === null) return null
  try {
    const [{ models }, { engines }, { modelInfo }, { openStore }, { systemDisk }] = await Promise.all([
      import('../../models/index.ts'),
      import('../engines/index.ts'),
      import('../description.ts'),
      import('../store/store.ts'),
      import('../store/disk.ts'),
    ])
    const store = openStore({ folder: folder.models, models })
    return {
      models: (await store.list()).map((state) => modelInfo(state, engines)),
      freeBytes: await systemDisk.freeBytes(folder.path),
    }
  } catch {
    return null
  }
}

function missingFrom({ versions, ports, folders, built, models }: Omit<Report, 'missing'>): string[] {
  const missing: string[] = []
  const [major = 0, minor = 0] = versions.node.split('.').map(Number)
  if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
    missing.push(
      `Node ${leastNode.join('.')} or newer is needed; this is ${versions.node}. Get it from nodejs.org.`,
    )
  }
  if (versions.sharp === null) {
    missing.push(
      'The library sharp, which reads pictures, cannot be loaded. Run `npm ci` in the installation folder.',
    )
  }
  if (ports.every(({ state }) => state === 'taken')) {
    missing.push('None of the ports that Figma can reach is free. End one of the programs that hold them.')
  }
  if (!folders.writable) {
    missing.push(
      `The data folder ${folders.data} cannot be written. Give yourself the right to, or set INFILL_HOME.`,
    )
  }
  for (const { id, title } of models?.filter(({ damaged }) => damaged) ?? []) {
    missing.push(`The model ${title} is damaged. Repair it with \`infill models install ${id}\`.`)
  }
  const absent = Object.keys(built).filter((name) => !built[name])
  if (absent.length > 0) {
    missing.push(`Not built: ${absent.join(', ')}. Run \`npm run build\` in the installation folder.`)
  }
  if (!existsSync(join(folders.installation, 'manifest.json'))) {
    missing.push(
      'manifest.json, which Figma imports, is not in the installation folder. Install Infill anew.',
    )
  }
  return missing
}

function inWords(report: Report): string {
  const { versions, ports, folders, built, runtime, models, freeBytes, missing } = report
  const lines: [string, string][] = [
    ['Infill', versions.infill],
    ['Node', versions.node],
    ['System', report.isInWindows ? `${report.system} in WSL; Figma for Windows reaches it` : report.system],
    ['sharp', versions.sharp ?? 'cannot be loaded'],
    ['ONNX Runtime', runtime.version ?? `${runtime.lack} The embedded engine does not need it.`],
    ...(report.card === null ? [] : [['Graphics card', cardInWords(report.card)] as [string, string]]),
    ...runtime.devices.map(({ kind, name, lack }): [string, string] => [
      titles[kind],
      lack ?? `can be used: ${name}`,
    ]),
    ...ports.map(({ port, state, holder }): [string, string] => [
      `Port ${port}`,
      state === 'ours' ? 'the running companion' : state === 'free' ? 'free' : `taken by ${holder}`,
    ]),
    ['Installation folder', folders.installation],
    ['Data folder', `${folders.data}${folders.writable ? '' : ' (cannot be written)'}`],
    ['Free disk', freeBytes === null ? 'unknown' : sizeInWords(freeBytes)],
    ['Models', models?.map((model) => `${model.id} (${stateInWords(model)})`).join(', ') ?? 'unknown'],
    [
      'Built files',
      Object.entries(built)
        .map(([name, there]) => (there ? name : `${name} (missing)`))
        .join(', '),
    ],
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  const table = lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
  return `${table}\n\n${missing.length === 0 ? 'Nothing is missing.' : missing.join('\n')}`
}
