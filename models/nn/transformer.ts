import type { Graph, Tensor } from '../onnx/graph.ts'
import { add, gelu, mul, reshape, slice, transpose } from '../onnx/operators.ts'
import { type AttentionOptions, attention } from './attention.ts'
import { conv2d } from './conv.ts'
import { linear } from './linear.ts'
import { groupNorm, layerNorm } from './norm.ts'

export interface TransformerOptions {
  /** Of the group norm. */
  readonly groups: number
  readonly attention: AttentionOptions
  /** Whether the features are projected as tokens, or by convolutions of 1 × 1 (`use_linear_projection`). */
  readonly linearProjection: boolean
}

/** diffusers: `Transformer2DModel`. x [N, C, H, W], context [N, S, D] -> [N, C, H, W]. */
export function transformer2d(g: Graph, x: Tensor, context: Tensor, options: TransformerOptions): Tensor {
  const { groups, linearProjection } = options
  const normed = groupNorm(g.at('norm'), x, { groups, epsilon: 1e-6 })
  let tokens = linearProjection
    ? linear(g.at('proj_in'), tokensOf(g, normed))
    : tokensOf(g, conv2d(g.at('proj_in'), normed))
  for (let i = 0; g.has(`transformer_blocks.${i}.norm1.weight`); i++) {
    tokens = basicTransformerBlock(g.at(`transformer_blocks.${i}`), tokens, context, options.attention)
  }
  const y = linearProjection
    ? pixelsOf(g, linear(g.at('proj_out'), tokens), x)
    : conv2d(g.at('proj_out'), pixelsOf(g, tokens, x))
  return add(g, y, x)
}

/** diffusers: `BasicTransformerBlock`. x [N, L, C], context [N, S, D] -> [N, L, C]. */
function basicTransformerBlock(g: Graph, x: Tensor, context: Tensor, options: AttentionOptions): Tensor {
  const norm1 = layerNorm(g.at('norm1'), x)
  const seen = add(g, attention(g.at('attn1'), norm1, norm1, options), x)
  const told = add(g, attention(g.at('attn2'), layerNorm(g.at('norm2'), seen), context, options), seen)
  return add(g, feedForward(g.at('ff'), layerNorm(g.at('norm3'), told)), told)
}

/** diffusers: `FeedForward` with `GEGLU`: half of what net.0 gives, gated by the gelu of the other. [N, L, C] stays. */
function feedForward(g: Graph, x: Tensor): Tensor {
  const both = linear(g.at('net.0.proj'), x)
  const half = both.shape[2] / 2
  const [hidden, gate] = [slice(g, both, 2, 0, half), slice(g, both, 2, half, 2 * half)]
  return linear(g.at('net.2'), mul(g, hidden, gelu(g, gate)))
}

/** [N, C, H, W] -> [N, H·W, C]. */
export function tokensOf(g: Graph, x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as readonly [number, number, number, number]
  return transpose(g, reshape(g, x, [batch, channels, height * width]), [0, 2, 1])
}

/** [N, H·W, C] -> [N, C, H, W], with height and width of `like`. */
export function pixelsOf(g: Graph, tokens: Tensor, like: Tensor): Tensor {
  const [batch, , channels] = tokens.shape as readonly [number, number, number]
  return reshape(g, transpose(g, tokens, [0, 2, 1]), [batch, channels, like.shape[2], like.shape[3]])
}
