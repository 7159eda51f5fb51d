import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Size } from '../../../companion/image/image.ts'
import { silentLog } from '../../../companion/log.ts'
import { InferenceProcess } from '../../../companion/runtime/inference-process.ts'
import type { ModelsBenchOptions } from './command.ts'
import { type Contestant, openInfill, openNetwork, openPyTorch } from './contestants.ts'
import { writeRandomLama } from './random-lama.ts'

/** What one contestant took for the fills of one size. */
interface Figures extends Pick<Contestant, 'name' | 'loadMs'> {
  /** The first comes first. */
  readonly fillMs: readonly number[]
  readonly peakBytes: number
}

/** Prints what a fill of each size takes, and on the CPU what its network takes of processor time, beside PyTorch. */
export async function benchModels(options: ModelsBenchOptions): Promise<void> {
  const { sizes, runs, checkout, table, device } = options
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  try {
    const weights = join(folder, 'random-lama.safetensors')
    writeRandomLama(weights)
    const lines = [
      conditions(runs, await startMs()),
      ...tableHead(fillColumns),
      ...(await eachOf(sizes, (size) => measureFills(weights, size, options))),
      ...(device === 'cpu' ? await networkTable(weights, options) : []),
    ]
    console.log(lines.join('\n'))
    if (checkout === null)
      console.log('PyTorch was left out. Name a checkout of advimman/lama: --checkout FOLDER')
    if (table !== null) await writeFile(table, report(lines))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** One after another, and on stderr how far it is. */
async function eachOf(sizes: readonly Size[], measure: (size: Size) => Promise<string>): Promise<string[]> {
  const rows: string[] = []
  for (const size of sizes) {
    rows.push(await measure(size))
    console.error(rows.at(-1))
  }
  return rows
}

async function measureFills(
  weights: string,
  size: Size,
  { runs, checkout, device }: ModelsBenchOptions,
): Promise<string> {
  const rivals = await rivalsFor(checkout, size, device, 'all')
  const own = await openInfill(weights, size, 'all', device)
  const [ours, theirs] = await measureInTurn([own, ...rivals], runs)
  const [others] = await measureInTurn([await openInfill(weights, size, 'nothing', device)], 5)
  return fillRow(size, ours!, theirs, median(others!.fillMs))
}

async function networkTable(weights: string, { sizes, checkout }: ModelsBenchOptions): Promise<string[]> {
  const measure = async (size: Size) => {
    const rivals = await rivalsFor(checkout, size, 'cpu', 'one')
    const [ours, theirs] = await measureInTurn([await openNetwork(weights, size), ...rivals], networkRuns)
    return networkRow(size, ours!, theirs)
  }
  return [
    '',
    'The network alone, on one thread: processor time, which other programs disturb less.',
    ...tableHead(networkColumns),
    ...(await eachOf(sizes, measure)),
  ]
}

const networkRuns = 3

/** PyTorch, or nobody, which is said. */
async function rivalsFor(
  checkout: string | null,
  size: Size,
  device: ModelsBenchOptions['device'],
  threads: 'all' | 'one',
): Promise<Contestant[]> {
  if (checkout === null) return []
  const peer = await openPyTorch(checkout, size, device, threads)
  if (typeof peer !== 'string') return [peer]
  console.error(`PyTorch is left out: ${peer}`)
  return []
}

async function startMs(): Promise<string> {
  const startedAt = performance.now()
  const started = new InferenceProcess(silentLog)
  await started.ready(new AbortController().signal)
  const ms = performance.now() - startedAt
  await started.kill()
  return ms.toFixed(0)
}

/** One fill of each after the other, so that whatever else the machine does slows all alike. */
async function measureInTurn(contestants: readonly Contestant[], runs: number): Promise<Figures[]> {
  const fillMs = contestants.map((): number[] => [])
  for (let run = 0; run < runs; run += 1) {
    for (const [i, contestant] of contestants.entries()) fillMs[i]!.push(await contestant.fill())
  }
  const figures: Figures[] = []
  for (const [i, { name, loadMs, end }] of contestants.entries()) {
    figures.push({ name, loadMs, fillMs: fillMs[i]!, peakBytes: await end() })
  }
  return figures
}

const fillColumns = [
  'size',
  'load',
  'first fill',
  'later fills',
  'first ÷ later',
  'all but the network',
  'peak',
  'PyTorch: fills',
  'its peak',
  'Infill ÷ PyTorch',
]

function fillRow(size: Size, ours: Figures, theirs: Figures | undefined, othersMs: number): string {
  const [first, ...later] = ours.fillMs as [number, ...number[]]
  const laterMs = later.length === 0 ? [first] : later
  return rowOf([
    inWords(size),
    inSeconds(ours.loadMs),
    inSeconds(first),
    medianAndLeast(laterMs),
    (first / median(laterMs)).toFixed(2),
    `${othersMs.toFixed(0)} ms, ${((100 * othersMs) / median(laterMs)).toFixed(1)} %`,
    inGigabytes(ours.peakBytes),
    ...(theirs === undefined
      ? ['–', '–', '–']
      : [medianAndLeast(theirs.fillMs), inGigabytes(theirs.peakBytes), ratios(ours.fillMs, theirs.fillMs)]),
  ])
}

const networkColumns = ['size', 'Infill', 'PyTorch', 'Infill ÷ PyTorch']

function networkRow(size: Size, ours: Figures, theirs: Figures | undefined): string {
  const beside =
    theirs === undefined ? ['–', '–'] : [medianAndLeast(theirs.fillMs), ratios(ours.fillMs, theirs.fillMs)]
  return rowOf([inWords(size), medianAndLeast(ours.fillMs), ...beside])
}

/** Of the fills in pairs, and of the quickest. */
function ratios(ours: readonly number[], theirs: readonly number[]): string {
  const pairs = ours.map((ms, i) => ms / theirs[i]!)
  return `${median(pairs).toFixed(2)} (${(Math.min(...ours) / Math.min(...theirs)).toFixed(2)})`
}

function conditions(runs: number, startMs: string): string {
  return `${availableParallelism()} threads on ${cpus()[0]!.model.trim()}, Node ${process.versions.node}. ${runs} fills of each size, Infill's and
PyTorch's in turn. Medians, and in brackets the least. The process that owns ONNX Runtime starts in ${startMs} ms.`
}

function report(lines: readonly string[]): string {
  return `# LaMa beside PyTorch

Written by \`npm run bench -- models\`; what the figures mean stands in [README.md](README.md).

${lines.join('\n')}
`
}

/** After an empty line. */
function tableHead(columns: readonly string[]): string[] {
  return ['', rowOf(columns), rowOf(columns.map(() => '---'))]
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function inWords({ width, height }: Size): string {
  return `${width} × ${height}`
}

function medianAndLeast(ms: readonly number[]): string {
  return `${inSeconds(median(ms))} (${inSeconds(Math.min(...ms))})`
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
