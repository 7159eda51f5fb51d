import { parse } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect } from 'vitest'
import type { Optimisation } from '../../companion/runtime/child.ts'
import type { GraphDefinition, Tensor as GraphTensor } from '../../models/onnx/graph.ts'
import { writeModel } from '../../models/onnx/write.ts'
import type { Values } from './reference.ts'

/** Runs a graph once in ONNX Runtime: input by name -> output by name. Outputs are float32. */
export async function runGraph(
  graph: GraphDefinition,
  inputs: Inputs,
  optimisation?: Optimisation,
): Promise<Record<string, Values>> {
  const session = await openGraph(graph, optimisation)
  try {
    return await session.run(inputs)
  } finally {
    await session.close()
  }
}

type Inputs = Readonly<Record<string, Float32Array>>

export interface OpenGraph {
  run(inputs: Inputs): Promise<Record<string, Values>>
  close(): Promise<void>
}

/** Loads a graph in ONNX Runtime, to run it on one thread of the CPU. */
export async function openGraph(
  graph: GraphDefinition,
  optimisation: Optimisation = 'extended',
): Promise<OpenGraph> {
  const folder = parse(process.cwd()).root
  const session = await InferenceSession.create(writeModel(graph, folder), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: optimisation,
    enableMemPattern: false,
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  })
  return {
    async run(inputs) {
      const feeds = graph.inputs.map((input) => [input.name, feed(input, inputs[input.name]!)])
      const outputs = await session.run(Object.fromEntries(feeds))
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { dims, data }]) => [
          name,
          { shape: dims, data: data as Float32Array },
        ]),
      )
    },
    close: () => session.release(),
  }
}

/** Whole numbers become 64-bit integers where the graph wants those. */
function feed({ dtype, shape }: GraphTensor, data: Float32Array): Tensor {
  if (dtype === 'int64') return new Tensor('int64', BigInt64Array.from([...data].map(BigInt)), shape)
  return new Tensor('float32', data, shape)
}

/**
 * The graph with values on the way as further outputs.
 *
 * @param watched What each is called as an output, and the node that it comes from.
 */
export function watch(
  graph: GraphDefinition,
  watched: Readonly<Record<string, { readonly node: string; readonly shape: readonly number[] }>>,
): GraphDefinition {
  const nodes = Object.entries(watched).map(([name, { node }]) => {
    if (!graph.nodes.some((known) => known.name === node)) throw new Error(`No node is called ${node}.`)
    return { op: 'Identity', name, inputs: [node], outputs: [name], attributes: {} }
  })
  const outputs = Object.entries(watched).map(([name, { shape }]) => ({
    name,
    dtype: 'float32' as const,
    shape,
  }))
  return { ...graph, nodes: [...graph.nodes, ...nodes], outputs: [...graph.outputs, ...outputs] }
}

/** Of the same shape, and no number further off than `tolerance`. */
export function expectClose(actual: Values | undefined, expected: Values, tolerance: number): void {
  expect(actual?.shape).toEqual(expected.shape)
  expect(largestDifference(actual!.data, expected.data)).toBeLessThanOrEqual(tolerance)
}

/** NaN anywhere gives NaN, which is within no tolerance. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0)
}
