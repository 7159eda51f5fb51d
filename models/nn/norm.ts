import type { Graph, Tensor } from '../onnx/graph.ts'
import { add, div, mul, scalar, sqrt, sub } from '../onnx/operators.ts'

/** y = x · scale + shift, with one of each [C] a channel. */
export interface ChannelScale {
  readonly scale: Tensor
  /** None for all but one of several convolutions whose sum is normalised. */
  readonly shift: Tensor | null
}

/**
 * torch.nn.BatchNorm2d at inference, where it is no more than a scale and a shift a channel. The convolution before it
 * takes them into its own weights (`conv2d`'s `norm`): worked out once, when ONNX Runtime loads the graph.
 */
export function batchNorm2d(g: Graph): ChannelScale {
  const weight = g.weight('weight', ['C'])
  const bias = g.weight('bias', weight.shape)
  const mean = g.weight('running_mean', weight.shape)
  const variance = g.weight('running_var', weight.shape)
  const scale = div(g, weight, sqrt(g, add(g, variance, scalar(g, epsilon))))
  return { scale, shift: sub(g, bias, mul(g, mean, scale)) }
}

/** PyTorch's default. */
const epsilon = 1e-5
