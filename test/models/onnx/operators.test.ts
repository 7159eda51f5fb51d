import { describe, expect, test } from 'vitest'
import { createGraph, type Graph, GraphError, type Tensor } from '../../../models/onnx/graph.ts'
import {
  add,
  cast,
  concat,
  conv,
  convTranspose,
  cos,
  gather,
  gelu,
  gemm,
  matMul,
  reflectPad,
  relu,
  reshape,
  resizeNearest,
  scalar,
  silu,
  sin,
  slice,
  softmax,
  sub,
  transpose,
} from '../../../models/onnx/operators.ts'
import { variants } from '../../../models/onnx/providers.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'

/** A picture of two rows and three columns: 1 2 3 / 4 5 6. */
const picture = { shape: [1, 1, 2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }

describe('operators say the shape and give the numbers that ONNX Runtime gives', () => {
  test.each<{ name: string; operator: (g: Graph, x: Tensor) => Tensor; shape: number[]; data: number[] }>([
    {
      name: 'conv',
      operator: (g, x) => conv(g, x, ramp(g, [1, 1, 1, 2]), null, {}),
      shape: [1, 1, 2, 2],
      data: [2, 3, 5, 6],
    },
    {
      name: 'conv with stride, zeros around, and bias',
      operator: (g, x) => conv(g, x, ramp(g, [2, 1, 1, 1]), ramp(g, [2]), { stride: 2, padding: 1 }),
      shape: [1, 2, 2, 3],
      data: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 6, 1],
    },
    {
      name: 'convTranspose',
      operator: (g, x) => convTranspose(g, x, ramp(g, [1, 1, 1, 2]), null, { stride: 2, outputPadding: 1 }),
      shape: [1, 1, 4, 7],
      data: [
        ...[0, 1, 0, 2, 0, 3, 0],
        ...[0, 0, 0, 0, 0, 0, 0],
        ...[0, 4, 0, 5, 0, 6, 0],
        ...[0, 0, 0, 0, 0, 0, 0],
      ],
    },
    {
      name: 'reflectPad',
      operator: (g, x) => reflectPad(g, x, 1),
      shape: [1, 1, 4, 5],
      data: [...[5, 4, 5, 6, 5], ...[2, 1, 2, 3, 2], ...[5, 4, 5, 6, 5], ...[2, 1, 2, 3, 2]],
    },
    {
      name: 'slice',
      operator: (g, x) => slice(g, x, 3, 1, 3),
      shape: [1, 1, 2, 2],
      data: [2, 3, 5, 6],
    },
    {
      name: 'gather',
      operator: (g, x) => gather(g, x, 3, [2, 2, 0, 1]),
      shape: [1, 1, 2, 4],
      data: [3, 3, 1, 2, 6, 6, 4, 5],
    },
    {
      name: 'concat',
      operator: (g, x) => concat(g, [x, slice(g, x, 3, 0, 1)], 3),
      shape: [1, 1, 2, 4],
      data: [1, 2, 3, 1, 4, 5, 6, 4],
    },
    { name: 'reshape', operator: (g, x) => reshape(g, x, [3, 2]), shape: [3, 2], data: [1, 2, 3, 4, 5, 6] },
    {
      name: 'matMul of one matrix with two',
      operator: (g, x) => matMul(g, x, ramp(g, [2, 3, 2])),
      shape: [1, 2, 2, 2],
      data: [16, 22, 34, 49, 52, 58, 124, 139],
    },
    {
      name: 'add of a row to a column',
      operator: (g, x) => add(g, slice(g, x, 2, 0, 1), reshape(g, slice(g, x, 3, 0, 1), [2, 1])),
      shape: [1, 1, 2, 3],
      data: [2, 3, 4, 5, 6, 7],
    },
    {
      name: 'conv with zeros at bottom and right alone',
      operator: (g, x) => conv(g, x, ramp(g, [1, 1, 1, 2]), null, { stride: 2, padding: [0, 0, 1, 1] }),
      shape: [1, 1, 2, 2],
      data: [2, 0, 0, 0],
    },
    {
      name: 'transpose',
      operator: (g, x) => transpose(g, x, [3, 0, 2, 1]),
      shape: [3, 1, 2, 1],
      data: [1, 4, 2, 5, 3, 6],
    },
    {
      name: 'gemm',
      operator: (g, x) => gemm(g, reshape(g, x, [2, 3]), ramp(g, [2, 3]), ramp(g, [2])),
      shape: [2, 2],
      data: [8, 27, 17, 63],
    },
    {
      name: 'resizeNearest to a size that is no multiple',
      operator: (g, x) => resizeNearest(g, x, 3, 5),
      shape: [1, 1, 3, 5],
      data: [1, 1, 2, 2, 3, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6],
    },
    {
      name: 'softmax',
      operator: (g, x) => softmax(g, sub(g, x, x)),
      shape: [1, 1, 2, 3],
      data: Array(6).fill(Math.fround(1 / 3)),
    },
    {
      name: 'cast',
      operator: (g, x) => cast(g, cast(g, add(g, x, scalar(g, 0.5)), 'int64'), 'float32'),
      shape: [1, 1, 2, 3],
      data: [1, 2, 3, 4, 5, 6],
    },
    {
      name: 'relu',
      operator: (g, x) => relu(g, sub(g, x, scalar(g, 4))),
      shape: [1, 1, 2, 3],
      data: [0, 0, 0, 0, 1, 2],
    },
  ])('$name', async ({ operator, shape, data }) => {
    const g = createGraph(new Map())
    g.output('y', operator(g, g.input('x', 'float32', picture.shape)))
    expect(g.definition.outputs[0]!.shape).toEqual(shape)

    const { y } = await runGraph(g.definition, { x: picture.data })
    expect(y!.shape).toEqual(shape)
    expect([...y!.data]).toEqual(data)
  })
})

test.each<{ name: string; operator: (g: Graph, x: Tensor) => Tensor; formula: (x: number) => number }>([
  { name: 'silu', operator: silu, formula: (x) => x / (1 + Math.exp(-x)) },
  // Φ(x) from its power series: ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …).
  { name: 'gelu', operator: gelu, formula: (x) => x * (0.5 + density(x) * series(x)) },
  { name: 'cos', operator: cos, formula: Math.cos },
  { name: 'sin', operator: sin, formula: Math.sin },
])('$name is its formula', async ({ operator, formula }) => {
  const x = Float32Array.of(-2.5, -0.3, 0, 0.7, 1, 3)
  for (const provider of ['cpu', 'dml'] as const) {
    const g = createGraph(new Map(), provider)
    g.output('y', operator(g, g.input('x', 'float32', [2, 3])))
    const { y } = await runGraph(g.definition, { x })
    expectClose(y, { shape: [2, 3], data: x.map(formula) }, 1e-6)
  }
})

test.each(Object.entries(variants).filter(([, { reflectPad }]) => reflectPad === 'slices'))(
  'reflectPad mirrors alike without the Pad operator, for %s',
  async (provider) => {
    const shape = [2, 1, 5, 4]
    const data = Float32Array.from({ length: 40 }, (_, index) => index)
    const run = async (with_: keyof typeof variants) => {
      const g = createGraph(new Map(), with_)
      g.output('y', reflectPad(g, g.input('x', 'float32', shape), 3))
      return {
        ops: g.definition.nodes.map(({ op }) => op),
        ...(await runGraph(g.definition, { x: data })).y!,
      }
    }
    const [pad, slices] = [await run('cpu'), await run(provider as keyof typeof variants)]
    expect(slices.ops).not.toContain('Pad')
    expect(slices.shape).toEqual([2, 1, 11, 10])
    expect(slices.data).toEqual(pad.data)
  },
)

describe('operators refuse what does not fit, and say where', () => {
  test.each<{ name: string; operator: (g: Graph, x: Tensor) => Tensor; message: string }>([
    {
      name: 'conv of other channels',
      operator: (g, x) => conv(g, x, ramp(g, [8, 4, 3, 3]), null, {}),
      message: 'Expected [N, 4, H, W] for up.0 but received [1, 1, 2, 3].',
    },
    {
      name: 'conv with a kernel larger than the picture',
      operator: (g, x) => conv(g, x, ramp(g, [8, 1, 3, 3]), null, {}),
      message: 'Expected at least [3, 3] pixels for up.0 but received [1, 1, 2, 3].',
    },
    {
      name: 'conv with a bias of other length',
      operator: (g, x) => conv(g, x, ramp(g, [8, 1, 1, 1]), ramp(g, [1]), {}),
      message: 'Expected [8] for the bias of up.0 but received [1].',
    },
    {
      name: 'convTranspose of other channels',
      operator: (g, x) => convTranspose(g, x, ramp(g, [4, 8, 3, 3]), null, {}),
      message: 'Expected [N, 4, H, W] for up.0 but received [1, 1, 2, 3].',
    },
    {
      name: 'reflectPad of a picture not larger than the padding',
      operator: (g, x) => reflectPad(g, x, 2),
      message: 'Expected more than 2 pixels a side for up.0 to mirror but received [1, 1, 2, 3].',
    },
    {
      name: 'numbers of two types',
      operator: (g, x) => add(g, x, cast(g, x, 'float16')),
      message: 'Expected numbers of one type for up.0 but received float32 and float16.',
    },
    {
      name: 'slice beyond the end',
      operator: (g, x) => slice(g, x, 3, 1, 4),
      message: 'Expected a part of [1, 1, 2, 3] for up.0 but received 1 to 4 of axis 3.',
    },
    {
      name: 'concat of other height',
      operator: (g, x) => concat(g, [x, slice(g, x, 2, 0, 1)], 3),
      message: 'Expected [1, 1, 2, 3] for up.0 but received [1, 1, 1, 3].',
    },
    {
      name: 'reshape to other length',
      operator: (g, x) => reshape(g, x, [7]),
      message: 'Expected [1, 1, 2, 3] reshaped for up.0 but received [7].',
    },
    {
      name: 'matMul of other inner size',
      operator: (g, x) => matMul(g, x, ramp(g, [2, 3])),
      message: 'Expected [3, J] for up.0 but received [2, 3].',
    },
    {
      name: 'add of shapes that do not broadcast',
      operator: (g, x) => add(g, x, ramp(g, [2])),
      message: 'Expected shapes that fit for up.0 but received [1, 1, 2, 3] and [2].',
    },
  ])('$name', ({ operator, message }) => {
    const g = createGraph(new Map())
    const x = g.input('x', 'float32', picture.shape)
    expect(() => operator(g.at('up.0'), x)).toThrow(new GraphError(message))
  })
})

function density(x: number): number {
  return Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)
}

function series(x: number): number {
  let [sum, term] = [0, x]
  for (let n = 3; Math.abs(term) > 1e-12; n += 2) {
    sum += term
    term *= x ** 2 / n
  }
  return sum
}

/** 0, 1, 2 … */
function ramp(g: Graph, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1)
  return g.constant(`ramp [${shape}]`, shape, () => Float32Array.from({ length }, (_, index) => index))
}
