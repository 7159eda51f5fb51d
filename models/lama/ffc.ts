import { conv2d } from '../nn/conv.ts'
import { batchNorm2d, type ChannelScale } from '../nn/norm.ts'
import type { Graph, Tensor } from '../onnx/graph.ts'
import { add, relu } from '../onnx/operators.ts'
import { variants } from '../onnx/providers.ts'
import { irfft2, rfft2 } from './fourier.ts'

/*
 * Fast Fourier convolutions: the modules of saicinpainting/training/modules/ffc.py (advimman/lama, Apache-2.0), which
 * follow Chi, Jiang and Mu, "Fast Fourier Convolution", NeurIPS 2020. Each is called as there, and reads as its
 * forward() does. Channels are split into a local part, seen by ordinary convolutions, and a global part, transformed
 * as a whole.
 */

export interface Features {
  /** [N, Cl, H, W]. */
  readonly local: Tensor
  /** [N, Cg, H, W]. None before the network's first global convolution. */
  readonly global: Tensor | null
}

/** What every convolution of an FFC layer is given; their kernels are as large as the checkpoint says. */
export interface FfcOptions {
  readonly stride?: 1 | 2
  /** Mirrored, not zeros. */
  readonly padding: number
}

/** FFCResnetBlock: conv2(conv1(x)) + x, each part for itself; shapes stay. */
export function ffcResnetBlock(g: Graph, x: Features): Features {
  const y = ffcBnAct(g.at('conv2'), ffcBnAct(g.at('conv1'), x, { padding: 1 }), { padding: 1 })
  return { local: add(g, x.local, y.local), global: x.global && y.global && add(g, x.global, y.global) }
}

/** FFC_BN_ACT: relu(bn(ffc(x))), each part for itself: at H × W -> at H / stride × W / stride. */
export function ffcBnAct(g: Graph, x: Features, options: FfcOptions): Features {
  const bnL = batchNorm2d(g.at('bn_l'))
  const bnG = g.has('bn_g.weight') ? batchNorm2d(g.at('bn_g')) : null
  const { local, global } = ffc(g.at('ffc'), x, { local: bnL, global: bnG }, options)
  return { local: relu(g.at('act_l'), local), global: global && relu(g.at('act_g'), global) }
}

/**
 * FFC: local = convl2l(local) + convg2l(global), global = convl2g(local) + convg2g(global).
 *
 * @param norms Of the two sums. Both convolutions of a sum take in its scale, the first of them its shift.
 */
function ffc(
  g: Graph,
  { local, global }: Features,
  norms: { readonly local: ChannelScale; readonly global: ChannelScale | null },
  options: FfcOptions,
): Features {
  const precision = variants[g.provider].lamaConv
  const conv = { ...options, paddingMode: 'reflect', precision } as const
  const l2l = conv2d(g.at('convl2l'), local, { ...conv, norm: norms.local })
  if (norms.global === null) return { local: l2l, global: null }
  const l2g = conv2d(g.at('convl2g'), local, { ...conv, norm: norms.global })
  if (global === null) return { local: l2l, global: l2g }
  const g2l = conv2d(g.at('convg2l'), global, { ...conv, norm: { ...norms.local, shift: null } })
  const g2g = spectralTransform(g.at('convg2g'), global, { ...norms.global, shift: null })
  return { local: add(g, l2l, g2l), global: add(g, l2g, g2g) }
}

/** SpectralTransform without its local Fourier unit (`enable_lfu` false): x [N, C, H, W] -> [N, O, H, W]. */
export function spectralTransform(g: Graph, x: Tensor, norm?: ChannelScale): Tensor {
  const y = relu(g.at('conv1.2'), conv2d(g.at('conv1.0'), x, { norm: batchNorm2d(g.at('conv1.1')) }))
  return conv2d(g.at('conv2'), add(g, y, fourierUnit(g.at('fu'), y)), { norm })
}

/** FourierUnit: a convolution of the spectrum, so that each output pixel sees the whole picture. [N, C, H, W] stays. */
export function fourierUnit(g: Graph, x: Tensor): Tensor {
  const spectrum = rfft2(g, x)
  const y = conv2d(g.at('conv_layer'), spectrum, { norm: batchNorm2d(g.at('bn')) })
  return irfft2(g, relu(g, y), x.shape[3])
}
