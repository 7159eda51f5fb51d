import type { Graph, Tensor } from '../onnx/graph.ts'
import {
  add,
  type ConvOptions,
  type ConvTransposeOptions,
  conv,
  convTranspose,
  mul,
  reflectPad,
  reshape,
} from '../onnx/operators.ts'
import type { ChannelScale } from './norm.ts'

/** Mirrored pixels around the picture instead of zeros. */
export interface ReflectOptions {
  readonly stride?: number
  readonly padding: number
  readonly paddingMode: 'reflect'
}

/**
 * torch.nn.Conv2d: weight [O, C, kH, kW], bias [O] where the checkpoint has one. x [N, C, H, W] -> [N, O, H', W'].
 *
 * @param options.norm Of the BatchNorm2d that follows: taken into weight and bias.
 */
export function conv2d(
  g: Graph,
  x: Tensor,
  options: (ConvOptions | ReflectOptions) & { readonly norm?: ChannelScale | undefined } = {},
): Tensor {
  const { stride = 1, padding = 0, norm } = options
  const weight = g.weight('weight', ['O', 'C', 'kH', 'kW'])
  const scaled = norm === undefined ? weight : mul(g, weight, along(g, norm.scale, 0))
  const bias = biasOf(g, norm)
  if ('paddingMode' in options && options.padding > 0) {
    return conv(g, reflectPad(g, x, options.padding), scaled, bias, { stride })
  }
  return g.adapt({
    output: conv(g, x, scaled, bias, { stride, padding }),
    weightShape: weight.shape,
    apply: (other) => conv(g, x, other, null, { stride, padding }),
  })
}

/**
 * torch.nn.ConvTranspose2d: weight [C, O, kH, kW], bias [O] where the checkpoint has one. x [N, C, H, W] -> [N, O, H', W'].
 *
 * @param options.norm Of the BatchNorm2d that follows: taken into weight and bias.
 */
export function convTranspose2d(
  g: Graph,
  x: Tensor,
  options: ConvTransposeOptions & { readonly norm?: ChannelScale | undefined },
): Tensor {
  const { norm, ...sizes } = options
  const weight = g.weight('weight', ['C', 'O', 'kH', 'kW'])
  const scaled = norm === undefined ? weight : mul(g, weight, along(g, norm.scale, 1))
  return convTranspose(g, x, scaled, biasOf(g, norm), sizes)
}

/** [C] as a factor of weights [·, ·, kH, kW] along `axis`. */
function along(g: Graph, scale: Tensor, axis: 0 | 1): Tensor {
  const channels = scale.shape[0]
  return reshape(g, scale, axis === 0 ? [channels, 1, 1, 1] : [1, channels, 1, 1])
}

/** The module's own bias after `norm`: bias · scale + shift. */
function biasOf(g: Graph, norm: ChannelScale | undefined): Tensor | null {
  const bias = g.has('bias') ? g.weight('bias', ['O']) : null
  if (norm === undefined || bias === null) return bias ?? norm?.shift ?? null
  const scaled = mul(g, bias, norm.scale)
  return norm.shift === null ? scaled : add(g, scaled, norm.shift)
}
