import { describe, expect, test } from 'vitest'
import { denseStrides, type StoredTensor } from '../../../models/checkpoint.ts'
import { createGraph, expectShape, GraphError } from '../../../models/onnx/graph.ts'
import { relu } from '../../../models/onnx/operators.ts'

describe('Graph', () => {
  test('finds weights by the path of the module', () => {
    const g = createGraph(new Map([['model.5.conv1.weight', stored([4, 3])]]))
    const conv = g.at('model').at(5).at('conv1')
    expect(conv.path).toBe('model.5.conv1')
    expect(conv.has('weight')).toBe(true)
    expect(conv.has('bias')).toBe(false)
    expect(conv.weight('weight', [4, 'C'])).toMatchObject({ name: 'model.5.conv1.weight', shape: [4, 3] })
    expect(g.at('model.5').at('conv1').weight('weight', [4, 3]).name).toBe('model.5.conv1.weight')
  })

  test('names nodes after their module, none twice', () => {
    const g = createGraph(new Map())
    const x = g.input('x', 'float32', [2, 3])
    const act = g.at('mid.act')
    expect([relu(act, x), relu(act, x), relu(g, x)].map(({ name }) => name)).toEqual([
      'mid.act/Relu',
      'mid.act/Relu#2',
      'Relu',
    ])
  })

  test('puts a weight into the graph once, however often it is asked for', () => {
    const g = createGraph(new Map([['w', stored([4, 3])]]))
    expect(g.weight('w', [4, 3])).toBe(g.weight('w', ['O', 'C']))
    expect([...g.definition.weights.keys()]).toEqual(['w'])
  })

  test('makes a constant once', () => {
    const g = createGraph(new Map())
    const one = g.at('a').constant('wave', [2], () => Float32Array.of(1, 2))
    const other = g.at('b').constant('wave', [2], () => expect.unreachable())
    expect(other).toBe(one)
  })

  test('casts weights of other floating types to float32', () => {
    const g = createGraph(new Map([['w', stored([4, 3], 'float16')]]))
    expect(g.weight('w', [4, 3])).toEqual({ name: 'w/Cast', dtype: 'float32', shape: [4, 3] })
    expect(g.definition.nodes).toMatchObject([{ op: 'Cast', inputs: ['w'], attributes: { to: 1 } }])
  })

  test('converts each weight once, to the precision of the graph', () => {
    const g = createGraph(new Map([['w', stored([4, 3])]]), 'cuda', { precision: 'float16' })
    expect(g.weight('w', [4, 3])).toEqual({ name: 'w/Cast', dtype: 'float16', shape: [4, 3] })
    expect(g.weight('w', [4, 3])).toBe(g.weight('w', ['O', 'I']))
    expect(g.definition.nodes).toMatchObject([{ op: 'Cast', inputs: ['w'], attributes: { to: 10 } }])
  })

  test('gives a stored weight as it lies in the file', () => {
    const g = createGraph(new Map([['w', stored([4, 3], 'float16')]]))
    expect(g.storedWeight('w', [4, 'I'])).toMatchObject({ name: 'w', dtype: 'float16' })
    expect(g.definition.nodes).toEqual([])
  })

  test('takes weights of another checkpoint into the same graph', () => {
    const g = createGraph(new Map([['a', stored([2])]]))
    const other = g.at('block').over(new Map([['b', stored([3])]]))
    expect([other.path, other.has('a'), other.has('b')]).toEqual(['', false, true])
    other.weight('b', [3])
    g.weight('a', [2])
    expect([...g.definition.weights.keys()]).toEqual(['b', 'a'])
    expect(g.unusedWeights()).toEqual([])
  })

  test('knows which of a module’s weights were never asked for', () => {
    const names = ['a.weight', 'a.bias', 'ab.weight']
    const g = createGraph(new Map(names.map((name) => [name, stored([3])])))
    g.at('a').weight('weight', [3])
    expect(g.at('a').unusedWeights()).toEqual(['a.bias'])
    expect(g.unusedWeights()).toEqual(['a.bias', 'ab.weight'])
  })

  test.each([
    {
      what: 'is missing',
      tensor: undefined,
      message: 'Expected a tensor conv.weight in the checkpoint, but there is none.',
    },
    {
      what: 'has another shape',
      tensor: stored([8, 3, 3, 3]),
      message: 'Expected [O, 3] for conv.weight but received [8, 3, 3, 3].',
    },
    {
      what: 'holds whole numbers',
      tensor: stored([4, 3], 'int64'),
      message: 'Expected floating-point numbers for conv.weight but /models/lama.pt holds int64.',
    },
    {
      what: 'is transposed',
      tensor: { ...stored([4, 3]), strides: [1, 4] },
      message:
        'Expected row-major [4, 3] for conv.weight, but /models/lama.pt holds it transposed or with gaps (strides [1, 4]). Save it again with tensor.contiguous().',
    },
    {
      what: 'is cut off',
      tensor: { ...stored([4, 3]), byteLength: 40 },
      message: 'Expected 48 bytes for conv.weight [4, 3] but /models/lama.pt holds 40.',
    },
  ])('refuses a weight that $what', ({ tensor, message }) => {
    const g = createGraph(new Map(tensor === undefined ? [] : [['conv.weight', tensor]]))
    expect(() => g.at('conv').weight('weight', ['O', 3])).toThrow(new GraphError(message))
  })
})

describe('expectShape', () => {
  test.each([
    { pattern: ['N', 64, 'H', 'W'], shape: [1, 64, 40, 56], fits: true },
    { pattern: ['N', 64, 'H', 'W'], shape: [1, 32, 40, 56], fits: false },
    { pattern: ['N', 64, 'H', 'W'], shape: [64, 40, 56], fits: false },
    { pattern: [], shape: [], fits: true },
  ])('$shape for $pattern: $fits', ({ pattern, shape, fits }) => {
    const check = () => expectShape('model.1.ffc', { shape }, pattern)
    if (fits) expect(check).not.toThrow()
    else {
      expect(check).toThrow(
        new GraphError(`Expected [N, 64, H, W] for model.1.ffc but received [${shape.join(', ')}].`),
      )
    }
  })
})

function stored(shape: readonly number[], dtype: StoredTensor['dtype'] = 'float32'): StoredTensor {
  const bytes = { float32: 4, float16: 2, int64: 8 }[dtype as 'float32' | 'float16' | 'int64']
  const byteLength = shape.reduce((product, size) => product * size, bytes)
  return { dtype, shape, strides: denseStrides(shape), file: '/models/lama.pt', offset: 128, byteLength }
}
