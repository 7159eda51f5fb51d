import { type Graph, GraphError, listOf, type Tensor } from '../onnx/graph.ts'
import { add, div, floats, mul, reshape, scalar, sqrt, sub } from '../onnx/operators.ts'
import { variants } from '../onnx/providers.ts'

/** PyTorch's. */
const defaultEpsilon = 1e-5

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
  const scale = div(g, weight, sqrt(g, add(g, variance, scalar(g, defaultEpsilon))))
  return { scale, shift: sub(g, bias, mul(g, mean, scale)) }
}

/**
 * torch.nn.GroupNorm: weight and bias [C]. x [N, C, ...] stays as it is.
 *
 * @param groups Divides C.
 * @param options.epsilon Default PyTorch's.
 */
export function groupNorm(
  g: Graph,
  x: Tensor,
  { groups, epsilon = defaultEpsilon }: { readonly groups: number; readonly epsilon?: number },
): Tensor {
  const [batch, channels, ...sizes] = x.shape as readonly [number, number, ...number[]]
  if (channels % groups !== 0) {
    throw new GraphError(
      `Expected channels in ${groups} equal groups for ${g.where} but received ${listOf(x.shape)}.`,
    )
  }
  const weight = g.weight('weight', [channels])
  const bias = g.weight('bias', [channels])
  if (variants[g.provider].groupNorm === 'groups') {
    const attributes = { num_groups: groups, epsilon: { float: epsilon } }
    return g.node('GroupNormalization', [x, weight, bias], x, attributes)
  }
  const group = [batch, groups, (channels / groups) * sizes.reduce((product, size) => product * size, 1)]
  const ones = floats(g, `ones-${groups}`, [groups], () => new Float32Array(groups).fill(1))
  const zeros = floats(g, `zeros-${groups}`, [groups], () => new Float32Array(groups))
  const grouped = reshape(g, x, group)
  const normed = g.node('InstanceNormalization', [grouped, ones, zeros], grouped, {
    epsilon: { float: epsilon },
  })
  const perChannel = [channels, ...sizes.map(() => 1)]
  const scaled = mul(g, reshape(g, normed, x.shape), reshape(g, weight, perChannel))
  return add(g, scaled, reshape(g, bias, perChannel))
}

/** torch.nn.LayerNorm over the last dimension: weight and bias [C]. x [..., C] stays as it is. */
export function layerNorm(g: Graph, x: Tensor, epsilon = defaultEpsilon): Tensor {
  const channels = x.shape.at(-1)!
  const parameters = [g.weight('weight', [channels]), g.weight('bias', [channels])]
  return g.node('LayerNormalization', [x, ...parameters], x, { axis: -1, epsilon: { float: epsilon } })
}
