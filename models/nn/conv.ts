import type { Graph, Tensor } from '../onnx/graph.ts'
import {
  add,
  type ConvOptions,
  type ConvTransposeOptions,
  cast,
  conv,
  convTranspose,
  mul,
  reflectPad,
  reshape,
} from '../onnx/operators.ts'
import type { Precision } from '../onnx/providers.ts'
import type { ChannelScale } from './norm.ts'

/** Mirrored pixels around the picture instead of zeros. */
export interface ReflectOptions {
  readonly stride?: number
  readonly padding: number
  readonly paddingMode: 'reflect'
}

interface LayerOptions {
  readonly norm?: ChannelScale | undefined
  readonly precision?: Precision | undefined
}

/**
 * torch.nn.Conv2d: weight [O, C, kH, kW], bias [O] where the checkpoint has one. x [N, C, H, W] -> [N, O, H', W'].
 *
 * @param options.norm Of the BatchNorm2d that follows: taken into weight and bias.
 * @param options.precision What it is computed in, where that is not the graph's; the result is in the graph's.
 */
export function conv2d(
  g: Graph,
  x: Tensor,
  options: (ConvOptions | ReflectOptions) & LayerOptions = {},
): Tensor {
  const { stride = 1, padding = 0, norm, precision = g.precision } = options
  const weight = g.weight('weight', ['O', 'C', 'kH', 'kW'])
  const scaled = norm === undefined ? weight : mul(g, weight, along(g, norm.scale, 0))
  const bias = biasOf(g, norm)
  if ('paddingMode' in options || precision !== g.precision) {
    const padded = 'paddingMode' in options && options.padding > 0 ? reflectPad(g, x, options.padding) : x
    const zeros = 'paddingMode' in options ? 0 : padding
    const [input, kernel, shift] = castAll(g, precision, padded, scaled, bias)
    return cast(g, conv(g, input, kernel, shift, { stride, padding: zeros }), g.precision)
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
 * @param options As `conv2d`'s.
 */
export function convTranspose2d(g: Graph, x: Tensor, options: ConvTransposeOptions & LayerOptions): Tensor {
  const { norm, precision = g.precision, ...sizes } = options
  const weight = g.weight('weight', ['C', 'O', 'kH', 'kW'])
  const scaled = norm === undefined ? weight : mul(g, weight, along(g, norm.scale, 1))
  const [input, kernel, shift] = castAll(g, precision, x, scaled, biasOf(g, norm))
  return cast(g, convTranspose(g, input, kernel, shift, sizes), g.precision)
}

function castAll(g: Graph, to: Precision, x: Tensor, weight: Tensor, bias: Tensor | null) {
  return [cast(g, x, to), cast(g, weight, to), bias && cast(g, bias, to)] as const
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
