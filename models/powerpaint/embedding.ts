import { embedding } from '../nn/embedding.ts'
import type { Graph, Tensor } from '../onnx/graph.ts'
import { concat, less, max, min, reshape, sub, where } from '../onnx/operators.ts'
import { taskWords, tokensPerTaskWord } from './task-words.ts'

/**
 * PowerPaint: `EmbeddingLayerWithFixes`, CLIP's own table under `wrapped`, and the tokens of each task word in a table beside
 * it. ids [...] -> [..., C]. Ids after the last of CLIP's are those of the task words, in their order.
 */
export function taskEmbedding(g: Graph, ids: Tensor): Tensor {
  const wrapped = g.at('wrapped')
  const [words, channels] = wrapped.storedWeight('weight', ['V', 'C']).shape as readonly [number, number]
  const tables = taskWords.map((word) =>
    g.weight(`trainable_embeddings.${word}`, [tokensPerTaskWord, channels]),
  )
  const learned = concat(g, tables, 0)

  // Each id is looked up in both; where it is in only one of them, at the nearest row of the other.
  const first = g.integers([words])
  const known = embedding(wrapped, min(g, ids, g.integers([words - 1])))
  const place = max(g, sub(g, ids, first), g.integers([0]))
  const taught = g.node('Gather', [learned, place], known, { axis: 0 })
  return where(g, reshape(g, less(g, ids, first), [...ids.shape, 1]), known, taught)
}
