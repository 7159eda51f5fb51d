import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, parse } from 'node:path'
import { createInterface } from 'node:readline'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { lama } from '../../../companion/engines/lama/index.ts'
import { createImage, createMask, type Size } from '../../../companion/image/image.ts'
import { installationFolder } from '../../../companion/installation.ts'
import { silentLog } from '../../../companion/log.ts'
import { peakBytes } from '../../../companion/runtime/memory.ts'
import { OnnxRuntime, type Runtime } from '../../../companion/runtime/session.ts'
import { readCheckpoint } from '../../../companion/store/checkpoint.ts'
import { buildLama } from '../../../models/lama/graph.ts'
import { createGraph } from '../../../models/onnx/graph.ts'
import { writeModel } from '../../../models/onnx/write.ts'
import { timed } from '../timed-runtime.ts'

/** Something that fills pictures of one size, loaded. */
export interface Contestant {
  readonly name: string
  /** From nothing to ready for the first fill; of PyTorch without reading a file. */
  readonly loadMs: number
  /** The part of loading that is a run for nothing, which a card needs; 0: there was none. */
  readonly warmUpMs: number
  /** What one fill takes, ms: by the clock, or on one thread of processor time, which other programs disturb less. */
  fill(): Promise<number>
  /** Ends it, and tells the most memory that what computes has held. */
  end(): Promise<number>
}

const quiet = { signal: new AbortController().signal, onProgress() {} }
const settings = { task: 'remove', prompt: '', negativePrompt: '', seed: 0, options: {} } as const

/**
 * The engine, used as the companion does.
 *
 * @param weights A file.
 * @param part nothing: with a network that does nothing, so that all else is measured
 */
export async function openInfill(
  weights: string,
  size: Size,
  part: 'all' | 'nothing',
  device: 'cpu' | 'cuda' = 'cpu',
): Promise<Contestant> {
  const onnx = new OnnxRuntime({ device, log: silentLog })
  const { runtime, spent } = timed(onnx)
  const files = async () => new Map([['big-lama.pt', weights]])
  const loadingAt = performance.now()
  const used = part === 'all' ? runtime : withoutNetwork(runtime, size)
  const engine = await lama.open(quiet, { runtime: used, files }, [size])
  const loadMs = performance.now() - loadingAt
  const tile = tileOf(size)
  return {
    ...{ name: 'Infill', loadMs, warmUpMs: spent.warmUpMs },
    async fill() {
      const startedAt = performance.now()
      await engine.fill(tile, settings, quiet)
      return performance.now() - startedAt
    },
    async end() {
      const { peakBytes } = runtime
      await runtime.unload()
      return peakBytes
    },
  }
}

/** The engine's network alone, on one thread of this process. */
export async function openNetwork(weights: string, size: Size): Promise<Contestant> {
  const loadingAt = performance.now()
  const { root } = parse(weights)
  const graph = writeModel(buildLama(await readCheckpoint(weights), size, 'cpu'), root)
  const session = await InferenceSession.create(graph, {
    ...{ executionProviders: ['cpu'], graphOptimizationLevel: 'all', enableMemPattern: false },
    ...{ intraOpNumThreads: 1, logSeverityLevel: 3 },
    extra: { session: { model_external_initializers_file_folder_path: root } },
  })
  const loadMs = performance.now() - loadingAt
  const numbers = (channels: number, at: (i: number) => number) => {
    const data = Float32Array.from({ length: channels * size.width * size.height }, (_, i) => at(i))
    return new Tensor('float32', data, [1, channels, size.height, size.width])
  }
  const inputs = {
    image: numbers(3, (i) => ((i * 7919) % 256) / 255),
    mask: numbers(1, (i) => (i % 5 === 0 ? 1 : 0)),
  }
  return {
    ...{ name: 'Infill', loadMs, warmUpMs: 0 },
    async fill() {
      const before = process.cpuUsage()
      await session.run(inputs)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    },
    async end() {
      await session.release()
      return peakBytes()
    },
  }
}

/**
 * The original class in PyTorch.
 *
 * @param checkout Of advimman/lama.
 * @param threads one: processor time is measured
 * @returns a sentence instead where Python, PyTorch or the checkout is not there
 */
export async function openPyTorch(
  checkout: string,
  { width, height }: Size,
  device: 'cpu' | 'cuda',
  threads: 'all' | 'one',
): Promise<Contestant | string> {
  const python = process.env.INFILL_BENCH_PYTHON ?? 'python3'
  const adapter = join(installationFolder, 'test/bench/peers/lama.py')
  const peer = spawn(python, [
    ...[adapter, checkout, String(width), String(height), device],
    ...(threads === 'one' ? ['1'] : []),
  ])
  let complaint = ''
  peer.stderr.on('data', (text) => {
    complaint = String(text).trim().split('\n').at(-1)!
  })
  peer.on('error', (error) => {
    complaint = error.message
  })
  peer.stdin.on('error', () => {})
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value } = await lines.next()
    return value === undefined ? null : JSON.parse(value)
  }
  const loaded = await next()
  if (loaded === null) return complaint
  return {
    name: `PyTorch, ${loaded.threads} threads`,
    ...{ loadMs: loaded.loadMs, warmUpMs: 0 },
    async fill() {
      peer.stdin.write('\n')
      const took = await next()
      return threads === 'one' ? took.processorMs : took.ms
    },
    async end() {
      const ended = once(peer, 'close')
      peer.stdin.end()
      const { peakBytes } = await next()
      await ended
      return peakBytes
    },
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
    outlook: (...given) => runtime.outlook(...given),
    get peakBytes() {
      return runtime.peakBytes
    },
  }
}
