import type { Graph, Tensor } from '../onnx/graph.ts'
import { cast, concat, cos, mul, sin } from '../onnx/operators.ts'

/** torch.nn.Embedding: weight [V, C]. ids [...], whole numbers below V -> [..., C]. */
export function embedding(g: Graph, ids: Tensor): Tensor {
  // The rows are taken out of the file's own type: a table of 49,408 words is never widened as a whole.
  const table = g.storedWeight('weight', ['V', 'C'])
  const shape = [...ids.shape, table.shape[1]]
  return cast(g, g.node('Gather', [table, ids], { dtype: table.dtype, shape }, { axis: 0 }), g.precision)
}

/**
 * diffusers: `Timesteps` with flip_sin_to_cos and without a shift, the sinusoids of Ho et al., "Denoising Diffusion
 * Probabilistic Models" (2020), after Vaswani et al. (2017): with e[i] = 10000^(-2i / C), cos(t e) then sin(t e).
 *
 * @param timestep [N], 0..999, in float32.
 * @param channels C, even.
 * @returns [N, C] in float32: in float16, timesteps beside each other would be one.
 */
export function timesteps(g: Graph, timestep: Tensor, channels: number): Tensor {
  const half = channels / 2
  const frequencies = g.constant(`frequencies-${half}`, [1, half], () =>
    Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10000) * i) / half)),
  )
  const column = g.node('Unsqueeze', [timestep, g.integers([1])], {
    dtype: timestep.dtype,
    shape: [timestep.shape[0], 1],
  })
  const angles = mul(g, column, frequencies)
  return concat(g, [cos(g, angles), sin(g, angles)], 1)
}
