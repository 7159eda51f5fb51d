import type { Checkpoint } from '../checkpoint.ts'
import { attend } from '../nn/attention.ts'
import { embedding } from '../nn/embedding.ts'
import { linear } from '../nn/linear.ts'
import { layerNorm } from '../nn/norm.ts'
import { createGraph, type Graph, type GraphDefinition, type Tensor } from '../onnx/graph.ts'
import { add, cast, floats, gelu, mul, scalar, sigmoid } from '../onnx/operators.ts'
import { taskEmbedding } from '../powerpaint/embedding.ts'
import type { BuildOptions } from './build.ts'
import type { TextEncoderConfig } from './config.ts'
import { refuseUnused } from './unused.ts'

/**
 * The text half of CLIP (Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021): of
 * OpenAI's ViT-L/14 in Stable Diffusion 1.5 and PowerPaint, of OpenCLIP's ViT-H/14 in 2. Widths and number of layers are
 * the checkpoint's own.
 *
 * Input: `input_ids` [N, 77] in int64. Output: `last_hidden_state` [N, 77, D] in float32, after the final norm.
 *
 * @throws GraphError where the checkpoint is not a network of this kind.
 */
export function buildTextEncoder(
  checkpoint: Checkpoint,
  config: TextEncoderConfig,
  batch: number,
  { provider = 'cpu', ...options }: BuildOptions = {},
): GraphDefinition {
  const g = createGraph(checkpoint, provider, options)
  const ids = g.input('input_ids', 'int64', [batch, 77])
  // Files from transformers 5 on leave the outer name out.
  const prefixed = g.has('text_model.final_layer_norm.weight')
  const hidden = clipTextTransformer(prefixed ? g.at('text_model') : g, ids, config)
  refuseUnused(g, 'a text encoder of CLIP', /\.position_ids$/)
  g.output('last_hidden_state', cast(g, hidden, 'float32'))
  return g.definition
}

/**
 * transformers: `CLIPTextTransformer`. ids [N, L] -> [N, L, D]. Padding is seen like any other token; there is no mask but
 * the causal one.
 */
function clipTextTransformer(g: Graph, ids: Tensor, config: TextEncoderConfig): Tensor {
  const table = g.at('embeddings.token_embedding')
  const tokens = table.has('wrapped.weight') ? taskEmbedding(table, ids) : embedding(table, ids)
  const positions = g.weight('embeddings.position_embedding.weight', tokens.shape.slice(1))
  let x = add(g.at('embeddings'), tokens, positions)
  for (let i = 0; g.has(`encoder.layers.${i}.layer_norm1.weight`); i++) {
    x = clipEncoderLayer(g.at(`encoder.layers.${i}`), x, config)
  }
  return layerNorm(g.at('final_layer_norm'), x, config.epsilon)
}

/** transformers: `CLIPEncoderLayer`. x [N, L, D] stays. */
function clipEncoderLayer(g: Graph, x: Tensor, { heads, activation, epsilon }: TextEncoderConfig): Tensor {
  const normed = layerNorm(g.at('layer_norm1'), x, epsilon)
  const at = g.at('self_attn')
  const [query, key, value] = ['q_proj', 'k_proj', 'v_proj'].map((name) => linear(at.at(name), normed)) as [
    Tensor,
    Tensor,
    Tensor,
  ]
  const seen = attend(at, query, key, value, { heads, bias: causalBias(g, x.shape[1]) })
  const y = add(g, x, linear(at.at('out_proj'), seen))

  const act = activation === 'gelu' ? gelu : quickGelu
  const widened = act(g, linear(g.at('mlp.fc1'), layerNorm(g.at('layer_norm2'), y, epsilon)))
  return add(g, y, linear(g.at('mlp.fc2'), widened))
}

/** transformers: `QuickGELUActivation`. */
function quickGelu(g: Graph, x: Tensor): Tensor {
  return mul(g, x, sigmoid(g, mul(g, x, scalar(g, 1.702))))
}

/** [1, 1, L, L]: no token sees one that comes after it. */
function causalBias(g: Graph, length: number): Tensor {
  return floats(g, `causal-${length}`, [1, 1, length, length], () =>
    Float32Array.from({ length: length * length }, (_, index) =>
      index % length > Math.floor(index / length) ? unseen : 0,
    ),
  )
}

/** Its exponential is 0 beside any other; infinity would be NaN in kernels that subtract a maximum block by block. */
const unseen = -10000
