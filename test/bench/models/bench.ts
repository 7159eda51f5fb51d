import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Size } from '../../../companion/image/image.ts'
import { silentLog } from '../../../companion/log.ts'
import { InferenceProcess } from '../../../companion/runtime/inference-process.ts'
import type { ModelsBenchOptions } from './command.ts'
import { type Contestant, openInfill, openPyTorch } from './contestants.ts'
import { writeRandomLama } from './random-lama.ts'

/** What one contestant took for the fills of one size. */
interface Figures extends Pick<Contestant, 'name' | 'loadMs'> {
  /** The first comes first. */
  readonly fillMs: readonly number[]
  readonly peakBytes: number
}

/** Prints a table: sizes, and for each what Infill and PyTorch take. */
export async function benchModels({
  sizes,
  runs,
  checkout,
  table,
  device,
}: ModelsBenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  const rows: string[] = []
  try {
    const weights = join(folder, 'random-lama.safetensors')
    writeRandomLama(weights)
    const begun = `The process that owns ONNX Runtime starts in ${await startMs()} ms.`
    console.log(`${begun}\n\n| ${columns.join(' | ')} |`)
    for (const size of sizes) {
      const peer = checkout === null ? null : await openPyTorch(checkout, size, device)
      if (typeof peer === 'string') console.log(`PyTorch is left out: ${peer}`)
      const rivals = peer === null || typeof peer === 'string' ? [] : [peer]
      const own = await openInfill(weights, size, 'all', device)
      const [ours, theirs] = await measureInTurn([own, ...rivals], runs)
      const [others] = await measureInTurn([await openInfill(weights, size, 'nothing', device)], 5)
      rows.push(rowOf(size, ours!, theirs, median(others!.fillMs)))
      console.log(rows.at(-1))
    }
    if (checkout === null)
      console.log('PyTorch was left out. Name a checkout of advimman/lama: --checkout FOLDER')
    if (table !== null) await writeFile(table, report(begun, rows, runs))
  } finally {
    await rm(folder, { recursive: true })
  }
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

const columns = [
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

function rowOf(
  { width, height }: Size,
  ours: Figures,
  theirs: Figures | undefined,
  othersMs: number,
): string {
  const [first, ...later] = ours.fillMs as [number, ...number[]]
  const laterMs = later.length === 0 ? [first] : later
  const cells = [
    `${width} × ${height}`,
    inSeconds(ours.loadMs),
    inSeconds(first),
    medianAndLeast(laterMs),
    (first / median(laterMs)).toFixed(2),
    `${othersMs.toFixed(0)} ms, ${((100 * othersMs) / median(laterMs)).toFixed(1)} %`,
    inGigabytes(ours.peakBytes),
    ...(theirs === undefined
      ? ['–', '–', '–']
      : [medianAndLeast(theirs.fillMs), inGigabytes(theirs.peakBytes), ratios(ours.fillMs, theirs.fillMs)]),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Of the fills in pairs, and of the quickest. */
function ratios(ours: readonly number[], theirs: readonly number[]): string {
  const pairs = ours.map((ms, i) => ms / theirs[i]!)
  return `${median(pairs).toFixed(2)} (${(Math.min(...ours) / Math.min(...theirs)).toFixed(2)})`
}

function report(begun: string, rows: readonly string[], runs: number): string {
  return `# LaMa beside PyTorch

Written by \`npm run bench -- models\`; what the figures mean stands in [README.md](README.md).

${availableParallelism()} threads on ${cpus()[0]!.model.trim()}, Node ${process.versions.node}. ${runs} fills of each size, Infill's and PyTorch's in
turn. Medians, and in brackets the least. ${begun}

| ${columns.join(' | ')} |
| ${columns.map(() => '---').join(' | ')} |
${rows.join('\n')}
`
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
