import { createGraph, type GraphDefinition } from '../../models/onnx/graph.ts'
import { conv, matMul, relu } from '../../models/onnx/operators.ts'
import type { ExecutionProvider } from '../../models/onnx/providers.ts'
import { writeModel } from '../../models/onnx/write.ts'
import { CompanionError } from '../errors.ts'
import { silentLog } from '../log.ts'
import type { Device } from '../protocol.ts'
import { absence, describeDevice, deviceKinds, lackFrom, providerOf, titles } from './device.ts'
import { OnnxError } from './failures.ts'
import { InferenceProcess } from './inference-process.ts'

export interface RuntimeReport {
  /** Of ONNX Runtime; null: it cannot be loaded. */
  readonly version: string | null
  /** Why it cannot be loaded, in a sentence; null: it can. */
  readonly lack: string | null
  /** Best first; the first that lacks nothing is the one that 'auto' takes. Empty where ONNX Runtime cannot be loaded. */
  readonly devices: readonly DeviceReport[]
}

export interface DeviceReport extends Pick<Device, 'kind' | 'name'> {
  /** Why it cannot be used, in a sentence; null: it can. */
  readonly lack: string | null
}

/** Tries every device with a graph of three nodes, each in a process of its own, so that none can spoil another. */
export async function examineRuntime(script?: string): Promise<RuntimeReport> {
  const greeted = await withProcess(script, (owner) => owner.ready(patient))
  if (typeof greeted === 'string') return { version: null, lack: greeted, devices: [] }
  const { version, providers } = greeted
  const devices: DeviceReport[] = []
  for (const kind of deviceKinds) {
    const lack = absence(kind, providers) ?? (await tryDevice(kind, { script }))
    devices.push({ kind, name: (await describeDevice(kind)).name, lack })
  }
  return { version, lack: null, devices }
}

const patient = new AbortController().signal

/** What a device lacks to compute a graph of three nodes, in a sentence; null: nothing. */
export async function tryDevice(
  kind: Device['kind'],
  {
    script,
    patience = patient,
  }: { readonly script?: string | undefined; readonly patience?: AbortSignal } = {},
): Promise<string | null> {
  const provider = providerOf[kind]
  const model = { graph: writeModel(trialGraph(provider), '/'), folder: '/' }
  const tried = await withProcess(script, async (owner) => {
    try {
      const load = { type: 'load', slot: 'trial', model, provider, optimisation: 'all' } as const
      // Elsewhere the CPU could be what answers.
      await owner.ask({ ...load, strict: kind !== 'cpu' }, patience)
      const x = { type: 'float32', shape: [1, 1, 1, 2], data: Float32Array.of(-1, 2) } as const
      const { outputs } = await owner.ask({ type: 'run', slot: 'trial', inputs: { x } }, patience)
      return outputs.y?.data.join() === '0,2' ? null : lackFrom(kind, 'it computes wrong results.')
    } catch (error) {
      if (error instanceof OnnxError) return lackFrom(kind, error.message)
      if (error === patience.reason) return `${titles[kind]} did not answer.`
      throw error
    }
  })
  return tried
}

/** A convolution, a product of matrices and a comparison, which on CUDA need all of its libraries: (-1, 2) -> (0, 2). */
function trialGraph(provider: ExecutionProvider): GraphDefinition {
  const g = createGraph(new Map(), provider)
  const x = g.input('x', 'float32', [1, 1, 1, 2])
  const two = g.constant('two', [1, 1, 1, 1], () => Float32Array.of(2))
  const matrix = g.constant('matrix', [2, 2], () => Float32Array.of(1, 1, 0, 1))
  g.output('y', relu(g, matMul(g, conv(g, x, two, null, {}), matrix)))
  return g.definition
}

/** What `work` gives, or the message of what went wrong. */
async function withProcess<T>(
  script: string | undefined,
  work: (owner: InferenceProcess) => Promise<T>,
): Promise<T | string> {
  const owner = new InferenceProcess(silentLog, script)
  try {
    return await work(owner)
  } catch (error) {
    if (error instanceof CompanionError) return error.message
    throw error
  } finally {
    await owner.kill()
  }
}
