import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { batchNorm2d, groupNorm, layerNorm } from '../../../models/nn/norm.ts'
import { createGraph, GraphError } from '../../../models/onnx/graph.ts'
import { add, mul } from '../../../models/onnx/operators.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import { noise, writeWeights } from '../../support/weights.ts'

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

test.each(['cpu', 'coreml'] as const)(
  'groupNorm gives each group of channels mean 0 and variance 1, in the operators of %s',
  async (provider) => {
    const [weight, bias, x] = [noise([4], 1), noise([4], 2), noise([2, 4, 3, 5], 3)]
    const checkpoint = writeWeights(join(folder, 'group'), { 'norm.weight': weight, 'norm.bias': bias })
    const g = createGraph(checkpoint, provider)
    const input = g.input('x', 'float32', x.shape)
    g.output('y', groupNorm(g.at('norm'), input, { groups: 2, epsilon: 0.25 }))
    const { y } = await runGraph(g.definition, { x: x.data })

    const expected = x.data.map((value, index) => {
      const group = Math.floor(index / 30)
      const { mean, variance } = momentsOf(x.data.slice(30 * group, 30 * group + 30))
      const channel = Math.floor(index / 15) % 4
      return ((value - mean) / Math.sqrt(variance + 0.25)) * weight.data[channel]! + bias.data[channel]!
    })
    expectClose(y, { shape: x.shape, data: expected }, 1e-5)
  },
)

test('groupNorm refuses channels that do not fall into groups', () => {
  const checkpoint = writeWeights(join(folder, 'odd'), { 'norm.weight': noise([5]), 'norm.bias': noise([5]) })
  const g = createGraph(checkpoint)
  const x = g.input('x', 'float32', [1, 5, 3, 2])
  expect(() => groupNorm(g.at('norm'), x, { groups: 2 })).toThrow(
    new GraphError('Expected channels in 2 equal groups for norm but received [1, 5, 3, 2].'),
  )
})

test('layerNorm gives each row mean 0 and variance 1', async () => {
  const [weight, bias, x] = [noise([6], 1), noise([6], 2), noise([2, 3, 6], 3)]
  const checkpoint = writeWeights(join(folder, 'layer'), { 'norm.weight': weight, 'norm.bias': bias })
  const g = createGraph(checkpoint)
  g.output('y', layerNorm(g.at('norm'), g.input('x', 'float32', x.shape)))
  const { y } = await runGraph(g.definition, { x: x.data })

  const expected = x.data.map((value, index) => {
    const row = Math.floor(index / 6)
    const { mean, variance } = momentsOf(x.data.slice(6 * row, 6 * row + 6))
    return ((value - mean) / Math.sqrt(variance + 1e-5)) * weight.data[index % 6]! + bias.data[index % 6]!
  })
  expectClose(y, { shape: x.shape, data: expected }, 1e-5)
})

function momentsOf(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length }
}
