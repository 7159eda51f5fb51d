import { parse } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect } from 'vitest'
import type { GraphDefinition } from '../../models/onnx/graph.ts'
import { writeModel } from '../../models/onnx/write.ts'
import type { Values } from './reference.ts'

/** Runs a graph in ONNX Runtime on one thread of the CPU: input by name -> output by name. All are float32. */
export async function runGraph(
  graph: GraphDefinition,
  inputs: Readonly<Record<string, Float32Array>>,
): Promise<Record<string, Values>> {
  const folder = parse(process.cwd()).root
  const session = await InferenceSession.create(writeModel(graph, folder), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'extended',
    enableMemPattern: false,
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  })
  try {
    const feeds = graph.inputs.map(({ name, shape }) => [name, new Tensor('float32', inputs[name]!, shape)])
    const outputs = await session.run(Object.fromEntries(feeds))
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: data as Float32Array },
      ]),
    )
  } finally {
    await session.release()
  }
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
