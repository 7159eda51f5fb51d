import { describe, expect, test } from 'vitest'
import { type AttentionOptions, attend } from '../../../models/nn/attention.ts'
import { createGraph, GraphError } from '../../../models/onnx/graph.ts'
import type { ExecutionProvider } from '../../../models/onnx/providers.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import type { Values } from '../../support/reference.ts'
import { noise } from '../../support/weights.ts'

// Two pictures, three heads of width 4, 7 queries, 5 keys.
const [query, key, value] = [noise([2, 7, 12], 1), noise([2, 5, 12], 2), noise([2, 5, 12], 3)]
const bias = noise([1, 1, 7, 5], 4)
const heads = 3

const forms = (['cpu', 'coreml'] as const).flatMap((provider) =>
  [undefined, 3, 1].map((queriesAtOnce) => ({ provider, queriesAtOnce })),
)

describe.each(forms)('attend for $provider with $queriesAtOnce queries at once', (form) => {
  test('is softmax(q kᵀ / √d) v for each head', async () => {
    expectClose(await run(form), byDefinition(), 1e-5)
  })

  test('adds the bias to the products', async () => {
    expectClose(await run({ ...form, biased: true }), byDefinition(bias), 1e-5)
  })
})

test('attend in float32 takes and gives back the type of the graph', () => {
  const g = createGraph(new Map(), 'cpu', { precision: 'float16' })
  const [q, k] = [g.input('q', 'float16', [1, 7, 12]), g.input('k', 'float16', [1, 5, 12])]
  expect(attend(g, q, k, k, { heads, precision: 'float32' })).toMatchObject({
    dtype: 'float16',
    shape: [1, 7, 12],
  })
  expect(g.definition.nodes.map(({ op }) => op)).toEqual([
    'Cast',
    'Cast',
    'Cast',
    'com.microsoft.MultiHeadAttention',
    'Cast',
  ])
})

test('attend refuses keys of another width', () => {
  const g = createGraph(new Map()).at('attn1')
  const [q, k] = [g.input('q', 'float32', [1, 7, 12]), g.input('k', 'float32', [1, 5, 8])]
  expect(() => attend(g, q, k, k, { heads })).toThrow(
    new GraphError('Expected [1, S, 12] for attn1 but received [1, 5, 8].'),
  )
})

async function run(
  form: Pick<AttentionOptions, 'queriesAtOnce'> & {
    readonly provider: ExecutionProvider
    readonly biased?: boolean
  },
): Promise<Values> {
  const g = createGraph(new Map(), form.provider)
  const [q, k, v] = [
    g.input('q', 'float32', query.shape),
    g.input('k', 'float32', key.shape),
    g.input('v', 'float32', value.shape),
  ]
  const given = form.biased ? g.input('bias', 'float32', bias.shape) : undefined
  g.output('y', attend(g, q, k, v, { heads, queriesAtOnce: form.queriesAtOnce, bias: given }))
  return (await runGraph(g.definition, { q: query.data, k: key.data, v: value.data, bias: bias.data })).y!
}

function byDefinition(added?: Values): Values {
  const [pictures, queries, keys, width] = [2, 7, 5, 4]
  const at = ({ shape, data }: Values, n: number, l: number, c: number) =>
    data[(n * shape[1]! + l) * shape[2]! + c]!
  const result = new Float32Array(query.data.length)
  for (let n = 0; n < pictures; n++) {
    for (let head = 0; head < heads; head++) {
      for (let l = 0; l < queries; l++) {
        const exponentials = Array.from({ length: keys }, (_, s) => {
          let product = 0
          for (let c = head * width; c < (head + 1) * width; c++)
            product += at(query, n, l, c) * at(key, n, s, c)
          return Math.exp(product / Math.sqrt(width) + (added?.data[l * keys + s] ?? 0))
        })
        const sum = exponentials.reduce((total, value) => total + value, 0)
        for (let c = head * width; c < (head + 1) * width; c++) {
          const mixed = exponentials.reduce((total, weight, s) => total + weight * at(value, n, s, c), 0)
          result[(n * queries + l) * heads * width + c] = mixed / sum
        }
      }
    }
  }
  return { shape: query.shape, data: result }
}
