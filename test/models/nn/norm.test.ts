import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { batchNorm2d } from '../../../models/nn/norm.ts'
import { createGraph, GraphError } from '../../../models/onnx/graph.ts'
import { add, mul } from '../../../models/onnx/operators.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import { writeWeights } from '../../support/weights.ts'

const folder = mkdtempSync(join(tmpdir(), 'infill-norm-'))
afterAll(() => rmSync(folder, { recursive: true }))

const vector = (...data: number[]) => ({ shape: [data.length], data: Float32Array.from(data) })

test('batchNorm2d is (x - mean) / √(variance + 0.00001) · weight + bias', async () => {
  const checkpoint = writeWeights(join(folder, 'norm'), {
    'bn.weight': vector(2, 0.5),
    'bn.bias': vector(-1, 3),
    'bn.running_mean': vector(4, 0.25),
    'bn.running_var': vector(16, 0),
  })
  const g = createGraph(checkpoint)
  const { scale, shift } = batchNorm2d(g.at('bn'))
  g.output('y', add(g, mul(g, g.input('x', 'float32', [3, 2]), scale), shift!))

  const x = Float32Array.of(4, 0.25, 0, 1, 8, -1)
  const expected = x.map((value, index) =>
    index % 2 === 0
      ? ((value - 4) / Math.sqrt(16.00001)) * 2 - 1
      : ((value - 0.25) / Math.sqrt(0.00001)) * 0.5 + 3,
  )
  const { y } = await runGraph(g.definition, { x })
  expectClose(y, { shape: [3, 2], data: expected }, 1e-4)
})

test('batchNorm2d refuses statistics of another length', () => {
  const checkpoint = writeWeights(join(folder, 'broken'), {
    'bn.weight': vector(2, 0.5),
    'bn.bias': vector(-1, 3),
    'bn.running_mean': vector(4, 0.25, 7),
    'bn.running_var': vector(16, 0),
  })
  expect(() => batchNorm2d(createGraph(checkpoint).at('bn'))).toThrow(
    new GraphError('Expected [2] for bn.running_mean but received [3].'),
  )
})
