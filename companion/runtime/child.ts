import type { InferenceSession, OnnxValue, Tensor as OrtTensor } from 'onnxruntime-node'
import type { ExecutionProvider } from '../../models/onnx/providers.ts'
import { peakBytes } from './memory.ts'

/*
 * The process that owns ONNX Runtime. It does what it is told, one request after another, and knows nothing of pictures.
 * A run cannot be interrupted and hears no messages; whoever waits for it ends the process.
 */

/** What the process is asked. Each gets one reply, with the same `id`, which is above 0. */
export type Request = { readonly id: number } & (
  | {
      readonly type: 'load'
      readonly slot: string
      readonly model: Model
      /** Graphs without inputs. Each is run once, and what comes out goes into every run of `model`. */
      readonly before?: readonly GraphInMemory[] | undefined
      readonly provider: ExecutionProvider
      readonly optimisation: Optimisation
      /** Fails where a node would run on the CPU instead, which nothing else tells. For checks. */
      readonly strict?: boolean
    }
  | ({ readonly type: 'run'; readonly slot: string; readonly inputs: Tensors } & Keeping)
  | { readonly type: 'release'; readonly slot: string }
)

/** Outputs that nobody reads, or that other runs take in, do not have to travel. */
export interface Keeping {
  /** The outputs stay in the process under this name, and none are sent; of such names the last four are kept. */
  readonly keep?: string | undefined
  /** What was kept under this name goes in beside the inputs. */
  readonly kept?: string | undefined
  /** The outputs that are wanted. Default all. */
  readonly only?: readonly string[] | undefined
}

/** A graph in memory; or the path of an .onnx file. */
export type Model = string | GraphInMemory

/** Its weights lie in files below `folder`. */
export interface GraphInMemory {
  readonly graph: Uint8Array
  readonly folder: string
}

/**
 * How far a graph is rearranged while it is loaded. all: on the CPU its convolutions get weights in blocks of channels, a
 * second copy of them, which computes faster and takes longer to load.
 */
export type Optimisation = 'extended' | 'all'

/** By the names of a graph's inputs or outputs. */
export type Tensors = Readonly<Record<string, Tensor>>

export type Tensor =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'uint8'; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly type: 'int64'; readonly shape: readonly number[]; readonly data: BigInt64Array }

export type Reply = {
  readonly id: number
  readonly memory: ProcessMemory
} /** Said first, unasked, with id 0: ONNX Runtime's version, and the providers that it has for this system. */ & (
  | { readonly type: 'ready'; readonly version: string; readonly providers: readonly string[] }
  | { readonly type: 'loaded'; readonly inputs: readonly string[]; readonly outputs: readonly string[] }
  | { readonly type: 'ran'; readonly outputs: Tensors }
  | { readonly type: 'released' }
  /** Nothing is kept under the name that was given, any more. */
  | { readonly type: 'lost' }
  /** `message` is ONNX Runtime's own. With id 0: it could not be loaded. */
  | { readonly type: 'failed'; readonly message: string }
)

/** Of the whole process. */
export interface ProcessMemory {
  readonly residentBytes: number
  readonly peakBytes: number
}

type Ort = typeof import('onnxruntime-node')

const sessions = new Map<string, InferenceSession>()
/** By slot, what goes into every run there. */
const given = new Map<string, InferenceSession.ReturnType>()
/** The last one that was kept comes last. */
const keptOutputs = new Map<string, InferenceSession.ReturnType>()
const mostKept = 4
// Without anyone to work for it ends, and the system gives everything back.
process.on('disconnect', () => process.exit())
await start()

async function start(): Promise<void> {
  try {
    const ort = await import('onnxruntime-node')
    let work = Promise.resolve()
    process.on('message', (request: Request) => {
      work = work.then(() => answer(ort, request))
    })
    const version = ort.env.versions.node ?? ort.env.versions.common
    const providers = ort.listSupportedBackends().map(({ name }) => name)
    say({ id: 0, type: 'ready', version, providers, memory: memory() })
  } catch (error) {
    say({ id: 0, type: 'failed', message: messageOf(error), memory: memory() })
  }
}

async function answer(ort: Ort, request: Request): Promise<void> {
  const { id } = request
  try {
    if (request.type === 'load') {
      const { inputNames: inputs, outputNames: outputs } = await load(ort, request)
      say({ id, type: 'loaded', inputs, outputs, memory: memory() })
    } else if (request.type === 'run') {
      const isLost = request.kept !== undefined && !keptOutputs.has(request.kept)
      if (isLost) say({ id, type: 'lost', memory: memory() })
      else say({ id, type: 'ran', outputs: await run(ort, request), memory: memory() })
    } else {
      await release(request.slot)
      say({ id, type: 'released', memory: memory() })
    }
  } catch (error) {
    say({ id, type: 'failed', message: messageOf(error), memory: memory() })
  }
}

/** What the slot held before is released first: there is seldom memory for both. */
async function load(
  ort: Ort,
  { slot, model, before = [], provider, optimisation, strict = false }: Extract<Request, { type: 'load' }>,
): Promise<InferenceSession> {
  await release(slot)
  const fallback = strict ? { disable_cpu_ep_fallback: '1' } : {}
  const options = { ...optionsFor(provider, optimisation, strict), extra: { session: fallback } }
  try {
    for (const graph of before) given.set(slot, { ...given.get(slot), ...(await runOnce(ort, graph)) })
    const session =
      typeof model === 'string'
        ? await ort.InferenceSession.create(model, options)
        : await ort.InferenceSession.create(model.graph, {
            ...options,
            extra: { session: { ...fallback, model_external_initializers_file_folder_path: model.folder } },
          })
    sessions.set(slot, session)
    return session
  } catch (error) {
    await release(slot)
    throw error
  }
}

/** On the CPU. */
async function runOnce(ort: Ort, { graph, folder }: GraphInMemory): Promise<InferenceSession.ReturnType> {
  const session = await ort.InferenceSession.create(graph, {
    // Else all of it is worked out on one thread while it is loaded.
    ...optionsFor('cpu', 'disabled', false),
    // Its outputs outlive it, and would keep all of an arena.
    enableCpuMemArena: false,
    // There are many, each of a moment: threads that wait for more to do would be in the way of the next.
    extra: {
      session: { model_external_initializers_file_folder_path: folder, intra_op: { allow_spinning: '0' } },
    },
  })
  try {
    return await session.run({})
  } finally {
    await session.release()
  }
}

async function release(slot: string): Promise<void> {
  await sessions.get(slot)?.release()
  sessions.delete(slot)
  // What was given lies outside of what JavaScript counts, and would stay until it happened to tidy up.
  if (given.delete(slot)) gc?.()
}

function optionsFor(
  provider: ExecutionProvider,
  optimisation: Optimisation | 'disabled',
  strict: boolean,
): InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' || strict ? [configOf(provider)] : [configOf(provider), 'cpu'],
    graphOptimizationLevel: optimisation,
    // Measured on the CPU, see models/README.md; DirectML allows none either.
    enableMemPattern: false,
    // 3: errors. Lesser ones fill the log with what nobody can act on.
    logSeverityLevel: 3,
  }
}

function configOf(provider: ExecutionProvider): InferenceSession.ExecutionProviderConfig {
  // 0x10: an ML program, the format that Core ML's newer operators need.
  return provider === 'coreml' ? { name: 'coreml', coreMlFlags: 0x10 } : provider
}

async function run(
  ort: Ort,
  { slot, inputs, keep, kept, only }: Extract<Request, { type: 'run' }>,
): Promise<Tensors> {
  const session = sessions.get(slot)
  if (session === undefined) throw new Error(`Expected a session in the slot ${slot} but there is none.`)
  const feeds = Object.entries(inputs).map(([name, tensor]) => [name, ortTensor(ort, tensor)])
  const all = { ...Object.fromEntries(feeds), ...keptOutputs.get(kept ?? ''), ...given.get(slot) }
  const outputs = await session.run(all, only ?? session.outputNames)
  if (keep !== undefined) {
    keptOutputs.delete(keep)
    keptOutputs.set(keep, outputs)
    const [oldest] = keptOutputs.keys()
    if (keptOutputs.size > mostKept) keptOutputs.delete(oldest!)
    return {}
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, tensorOf(name, value)]))
}

/** The constructor's overloads are told apart by the type. */
function ortTensor(ort: Ort, { type, data, shape }: Tensor): OrtTensor {
  switch (type) {
    case 'float32':
      return new ort.Tensor(type, data, shape)
    case 'uint8':
      return new ort.Tensor(type, data, shape)
    case 'int64':
      return new ort.Tensor(type, data, shape)
  }
}

function tensorOf(name: string, value: OnnxValue): Tensor {
  const { type, dims: shape, data } = value as OrtTensor
  if (data instanceof Float32Array) return { type: 'float32', shape, data }
  if (data instanceof Uint8Array) return { type: 'uint8', shape, data }
  throw new Error(`Expected float32 or uint8 for the output ${name} but received ${type}.`)
}

function memory(): ProcessMemory {
  return { residentBytes: process.memoryUsage.rss(), peakBytes: peakBytes() }
}

function say(reply: Reply): void {
  process.send?.(reply)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
