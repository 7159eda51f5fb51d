import { describe, expect, test } from 'vitest'
import { createGraph, type Graph, GraphError, type Tensor } from '../../../models/onnx/graph.ts'
import {
  add,
  concat,
  conv,
  convTranspose,
  gather,
  matMul,
  reflectPad,
  relu,
  reshape,
  scalar,
  slice,
  sub,
} from '../../../models/onnx/operators.ts'
import { variants } from '../../../models/onnx/providers.ts'
import { runGraph } from '../../support/onnx.ts'

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

/** 0, 1, 2 … */
function ramp(g: Graph, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1)
  return g.constant(`ramp [${shape}]`, shape, () => Float32Array.from({ length }, (_, index) => index))
}
