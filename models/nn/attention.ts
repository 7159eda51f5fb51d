import { expectShape, type Graph, type Tensor } from '../onnx/graph.ts'
import {
  add,
  cast,
  concat,
  matMul,
  mul,
  reshape,
  scalar,
  slice,
  softmax,
  transpose,
} from '../onnx/operators.ts'
import { type Precision, variants } from '../onnx/providers.ts'
import { linear } from './linear.ts'

export interface AttentionOptions {
  readonly heads: number
  /** What the products of queries and keys are computed in. Default: as the rest of the graph. */
  readonly precision?: Precision | undefined
  /** At most so many queries are looked at together, which bounds the memory. Default: all. */
  readonly queriesAtOnce?: number | undefined
  /** Added to the products of queries and keys: [1, 1, L, S]. */
  readonly bias?: Tensor | undefined
}

/**
 * diffusers: `Attention` with its projections to_q, to_k, to_v and to_out.0.
 * x [N, L, C], context [N, S, D] -> [N, L, C]; C is a multiple of the heads.
 */
export function attention(g: Graph, x: Tensor, context: Tensor, options: AttentionOptions): Tensor {
  const query = linear(g.at('to_q'), x)
  const key = linear(g.at('to_k'), context)
  const value = linear(g.at('to_v'), context)
  return linear(g.at('to_out.0'), attend(g, query, key, value, options))
}

/**
 * Scaled dot-product attention, softmax(q kᵀ / √d + bias) v for each head of width d: Vaswani et al., "Attention Is All You
 * Need" (2017), equation 1. query [N, L, C], key and value [N, S, C] -> [N, L, C].
 */
export function attend(
  g: Graph,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { heads, precision = g.precision, queriesAtOnce = Number.POSITIVE_INFINITY, bias }: AttentionOptions,
): Tensor {
  const [batch, length, channels] = query.shape as readonly [number, number, number]
  expectShape(g.where, key, [batch, 'S', channels])
  expectShape(g.where, value, key.shape)
  const [q, k, v] = [query, key, value].map((x) => cast(g, x, precision)) as [Tensor, Tensor, Tensor]
  const added = bias && cast(g, bias, precision)
  const attendSome = variants[g.provider].attention === 'fused' ? fused : byProducts
  const parts: Tensor[] = []
  for (let start = 0; start < length; start += queriesAtOnce) {
    const end = Math.min(start + queriesAtOnce, length)
    const part = (x: Tensor, axis: number) => (end - start === length ? x : slice(g, x, axis, start, end))
    const some = { query: part(q, 1), key: k, value: v, bias: added && part(added, 2) }
    parts.push(attendSome(g, some, heads))
  }
  const y = parts.length === 1 ? parts[0]! : concat(g, parts, 1)
  return cast(g, y, query.dtype)
}

interface Attended {
  readonly query: Tensor
  readonly key: Tensor
  readonly value: Tensor
  readonly bias: Tensor | undefined
}

/** In one operator. */
function fused(g: Graph, { query, key, value, bias }: Attended, heads: number): Tensor {
  const inputs = [query, key, value, ...(bias === undefined ? [] : [null, null, bias])]
  return g.node('com.microsoft.MultiHeadAttention', inputs, query, { num_heads: heads })
}

/** In matrix products. */
function byProducts(g: Graph, { query, key, value, bias }: Attended, heads: number): Tensor {
  const width = query.shape[2] / heads
  const split = (x: Tensor, order: readonly number[]) =>
    transpose(g, reshape(g, x, [x.shape[0], x.shape[1], heads, width]), order)
  const scaled = mul(g, query, cast(g, scalar(g, width ** -0.5), query.dtype))
  const products = matMul(g, split(scaled, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]))
  const weights = softmax(g, bias === undefined ? products : add(g, products, bias))
  const y = matMul(g, weights, split(value, [0, 2, 1, 3]))
  return reshape(g, transpose(g, y, [0, 2, 1, 3]), query.shape)
}
