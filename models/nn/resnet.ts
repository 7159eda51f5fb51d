import type { Graph, Tensor } from '../onnx/graph.ts'
import { add, reshape, resizeNearest, silu } from '../onnx/operators.ts'
import { conv2d } from './conv.ts'
import { linear } from './linear.ts'
import { groupNorm } from './norm.ts'

export interface ResnetOptions {
  /** Of the group norms. */
  readonly groups: number
  readonly epsilon: number
  /** The embedding of the timestep [1, T]; none where the network knows no time. */
  readonly time?: Tensor
}

/** diffusers: `ResnetBlock2D`. x [N, C, H, W] -> [N, O, H, W]. */
export function resnetBlock(g: Graph, x: Tensor, { time, ...norm }: ResnetOptions): Tensor {
  let h = conv2d(g.at('conv1'), silu(g, groupNorm(g.at('norm1'), x, norm)), { padding: 1 })
  if (time !== undefined) {
    const shift = linear(g.at('time_emb_proj'), silu(g, time))
    h = add(g, h, reshape(g, shift, [...shift.shape, 1, 1]))
  }
  h = conv2d(g.at('conv2'), silu(g, groupNorm(g.at('norm2'), h, norm)), { padding: 1 })
  const kept = g.has('conv_shortcut.weight') ? conv2d(g.at('conv_shortcut'), x) : x
  return add(g, kept, h)
}

/**
 * diffusers: `Downsample2D`, to half the size: x [N, C, H, W] -> [N, C, ⌈H / 2⌉, ⌈W / 2⌉].
 *
 * @param options.sides Where zeros are added: on all four, or at bottom and right alone, which gives ⌊H / 2⌋ and ⌊W / 2⌋.
 */
export function downsample(
  g: Graph,
  x: Tensor,
  { sides }: { readonly sides: 'all' | 'bottom and right' },
): Tensor {
  return conv2d(g.at('conv'), x, { stride: 2, padding: sides === 'all' ? 1 : [0, 0, 1, 1] })
}

/**
 * diffusers: `Upsample2D`. x [N, C, H, W] -> [N, C, h, w].
 *
 * @param size Twice that of x, or that of the features that are joined to it next: one less where those were odd.
 */
export function upsample(
  g: Graph,
  x: Tensor,
  [height, width]: readonly [height: number, width: number],
): Tensor {
  return conv2d(g.at('conv'), resizeNearest(g, x, height, width), { padding: 1 })
}
