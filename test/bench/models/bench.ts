import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { promisify } from 'node:util'
import { lama } from '../../../companion/engines/lama/index.ts'
import { createImage, createMask, type Size } from '../../../companion/image/image.ts'
import { installationFolder } from '../../../companion/installation.ts'
import { silentLog } from '../../../companion/log.ts'
import { InferenceProcess } from '../../../companion/runtime/inference-process.ts'
import { OnnxRuntime, type Runtime } from '../../../companion/runtime/session.ts'
import { createGraph } from '../../../models/onnx/graph.ts'
import { writeModel } from '../../../models/onnx/write.ts'
import type { Layout } from '../../support/diffusion.ts'
import { referencePath } from '../../support/reference.ts'
import { writeRandomWeights } from '../random-weights.ts'
import type { ModelsBenchOptions } from './command.ts'

const quiet = { signal: new AbortController().signal, onProgress() {} }
const settings = { task: 'remove', prompt: '', negativePrompt: '', seed: 0, options: {} } as const

/** What the fills of one size took. */
interface Figures {
  /** From nothing to ready for the first fill; of PyTorch without reading a file. */
  readonly loadMs: number
  /** The first comes first. */
  readonly fillMs: readonly number[]
  readonly peakBytes: number
}

/** Prints a table: sizes, and for each what Infill and PyTorch take. */
export async function benchModels({ sizes, runs, checkout }: ModelsBenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  try {
    const weights = join(folder, 'random-lama.safetensors')
    writeRandomWeights(weights, lamaLayout(), 'float32')
    console.log(`The process that owns ONNX Runtime starts in ${await startMs()} ms.\n`)
    for (const size of sizes) {
      console.log(`${size.width} × ${size.height}`)
      const own = await measure(weights, size, runs)
      print('Infill', own)
      const overheadMs = median((await measure(weights, size, runs, withoutNetwork)).fillMs)
      const share = (100 * overheadMs) / median(own.fillMs)
      console.log(`  all but the network: ${overheadMs.toFixed(0)} ms, ${share.toFixed(1)} % of a fill`)
      const peer = checkout === null ? null : await measurePyTorch(checkout, size, runs)
      if (peer === null) continue
      print('PyTorch', peer)
      console.log(`  Infill / PyTorch: ${(median(own.fillMs) / median(peer.fillMs)).toFixed(2)} of the time`)
    }
    if (checkout === null)
      console.log('\nPyTorch was left out. Name a checkout of advimman/lama: --checkout FOLDER')
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The tensors of the published big-lama.pt, without its counters of training. */
function lamaLayout(): Layout {
  const file = referencePath('lama', 'big-lama-layout.json')
  const layout: Readonly<Record<string, string>> = JSON.parse(readFileSync(file, 'utf8'))
  return Object.fromEntries(
    Object.entries(layout)
      .filter(([, description]) => description.startsWith('float32 '))
      .map(([name, description]) => [name, JSON.parse(description.slice('float32 '.length))]),
  )
}

async function startMs(): Promise<string> {
  const startedAt = performance.now()
  const started = new InferenceProcess(silentLog)
  await started.ready(quiet.signal)
  const ms = performance.now() - startedAt
  await started.kill()
  return ms.toFixed(0)
}

/** Fills a tile with the engine as the companion does. */
async function measure(
  weights: string,
  size: Size,
  runs: number,
  changed: (runtime: Runtime, size: Size) => Runtime = (runtime) => runtime,
): Promise<Figures> {
  const runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  try {
    const files = async () => new Map([['big-lama.pt', weights]])
    const loadingAt = performance.now()
    const engine = await lama.open(quiet, { runtime: changed(runtime, size), files }, [size])
    const loadMs = performance.now() - loadingAt
    const tile = tileOf(size)
    const fillMs: number[] = []
    for (let run = 0; run < runs; run += 1) {
      const startedAt = performance.now()
      await engine.fill(tile, settings, quiet)
      fillMs.push(performance.now() - startedAt)
    }
    return { loadMs, fillMs, peakBytes: runtime.memory.peakBytes }
  } finally {
    await runtime.unload()
  }
}

/** A picture without a pattern, a quarter of it to be filled. */
function tileOf({ width, height }: Size) {
  const image = createImage(width, height)
  for (let i = 0; i < image.data.length; i += 1) image.data[i] = (i * 7919) % 256
  const mask = createMask(width, height)
  for (let y = height / 4; y < (3 * height) / 4; y += 1) {
    mask.data.fill(255, y * width + width / 4, y * width + (3 * width) / 4)
  }
  return { image, mask, avoid: null }
}

/** The same runtime with a graph of LaMa's inputs and outputs that does nothing. */
function withoutNetwork(runtime: Runtime, { width, height }: Size): Runtime {
  const g = createGraph(new Map())
  const image = g.input('image', 'float32', [1, 3, height, width])
  g.input('mask', 'float32', [1, 1, height, width])
  g.output('inpainted', image)
  g.output('predicted', image)
  const folder = parse(process.cwd()).root
  const model = () => ({ graph: writeModel(g.definition, folder), folder })
  return {
    load: (source, on, run) => runtime.load({ ...source, model }, on, run),
    unload: () => runtime.unload(),
    get memory() {
      return runtime.memory
    },
  }
}

/** Null: Python, PyTorch or the checkout is not there, which is said. */
async function measurePyTorch(
  checkout: string,
  { width, height }: Size,
  runs: number,
): Promise<Figures | null> {
  const python = process.env.INFILL_BENCH_PYTHON ?? 'python3'
  const adapter = join(installationFolder, 'test/bench/peers/lama.py')
  try {
    const { stdout } = await promisify(execFile)(python, [
      adapter,
      checkout,
      ...[width, height, runs].map(String),
    ])
    return JSON.parse(stdout)
  } catch (error) {
    const why =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : error
    console.log(`  PyTorch is left out: ${why}`)
    return null
  }
}

function print(name: string, { loadMs, fillMs, peakBytes }: Figures): void {
  const [first, ...rest] = fillMs
  const seconds = (ms: number) => (ms / 1000).toFixed(2)
  const later = rest.length === 0 ? '' : `, then ${rest.map(seconds).join(', ')} s`
  console.log(
    `  ${name.padEnd(8)} load ${seconds(loadMs)} s, first fill ${seconds(first!)} s${later}; peak ${(peakBytes / 1e9).toFixed(2)} GB`,
  )
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
