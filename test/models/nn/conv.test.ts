import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { conv2d, convTranspose2d } from '../../../models/nn/conv.ts'
import { batchNorm2d } from '../../../models/nn/norm.ts'
import { createGraph, type Graph, type Tensor } from '../../../models/onnx/graph.ts'
import { add } from '../../../models/onnx/operators.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import { noise, writeWeights } from '../../support/weights.ts'

const folder = mkdtempSync(join(tmpdir(), 'infill-conv-'))
afterAll(() => rmSync(folder, { recursive: true }))

const positive = (seed: number) => {
  const { shape, data } = noise([6], seed)
  return { shape, data: data.map((value) => value + 1.5) }
}
const checkpoint = writeWeights(join(folder, 'weights'), {
  'conv.weight': noise([6, 4, 3, 3], 1),
  'conv.bias': noise([6], 2),
  'other.weight': noise([6, 4, 1, 1], 3),
  'up.weight': noise([4, 6, 3, 3], 4),
  'up.bias': noise([6], 5),
  'bn.weight': noise([6], 6),
  'bn.bias': noise([6], 7),
  'bn.running_mean': noise([6], 8),
  'bn.running_var': positive(9),
})

describe('a batch norm taken into the weights equals one that follows', () => {
  const upsampling = { stride: 2, padding: 1, outputPadding: 1 }
  test.each<{ name: string; folded: Layer; plain: Layer }>([
    {
      name: 'conv2d with bias',
      folded: (g, x) => conv2d(g.at('conv'), x, { padding: 1, norm: batchNorm2d(g.at('bn')) }),
      plain: (g, x) => conv2d(g.at('conv'), x, { padding: 1 }),
    },
    {
      name: 'conv2d without bias',
      folded: (g, x) => conv2d(g.at('other'), x, { norm: batchNorm2d(g.at('bn')) }),
      plain: (g, x) => conv2d(g.at('other'), x),
    },
    {
      name: 'the sum of two convolutions, of which one takes the shift',
      folded: (g, x) => {
        const norm = batchNorm2d(g.at('bn'))
        const conv = conv2d(g.at('conv'), x, { padding: 1, norm })
        return add(g, conv, conv2d(g.at('other'), x, { norm: { ...norm, shift: null } }))
      },
      plain: (g, x) => add(g, conv2d(g.at('conv'), x, { padding: 1 }), conv2d(g.at('other'), x)),
    },
    {
      name: 'convTranspose2d',
      folded: (g, x) => convTranspose2d(g.at('up'), x, { ...upsampling, norm: batchNorm2d(g.at('bn')) }),
      plain: (g, x) => convTranspose2d(g.at('up'), x, upsampling),
    },
  ])('$name', async ({ folded, plain }) => {
    const g = createGraph(checkpoint)
    const x = g.input('x', 'float32', [1, 4, 5, 7])
    const parameters = ['weight', 'bias', 'running_mean', 'running_var'].map((name) =>
      g.at('bn').weight(name, [6]),
    )
    const convolved = plain(g, x)
    g.output(
      'expected',
      g.node('BatchNormalization', [convolved, ...parameters], convolved, { epsilon: { float: 1e-5 } }),
    )
    g.output('actual', folded(g, x))

    const { actual, expected } = await runGraph(g.definition, { x: noise([1, 4, 5, 7], 10).data })
    expectClose(actual, expected!, 1e-5)
  })
})

test('reflect padding without an amount is no padding', () => {
  const g = createGraph(checkpoint)
  const x = g.input('x', 'float32', [1, 4, 5, 7])
  expect(conv2d(g.at('other'), x, { padding: 0, paddingMode: 'reflect' }).shape).toEqual([1, 6, 5, 7])
  expect(conv2d(g.at('conv'), x, { stride: 2, padding: 1, paddingMode: 'reflect' }).shape).toEqual([
    1, 6, 3, 4,
  ])
})

type Layer = (g: Graph, x: Tensor) => Tensor
