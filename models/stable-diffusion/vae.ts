import type { Checkpoint } from '../checkpoint.ts'
import { attention } from '../nn/attention.ts'
import { conv2d } from '../nn/conv.ts'
import { groupNorm } from '../nn/norm.ts'
import { downsample, resnetBlock, upsample } from '../nn/resnet.ts'
import { pixelsOf, tokensOf } from '../nn/transformer.ts'
import { createGraph, type Graph, type GraphDefinition, type Tensor } from '../onnx/graph.ts'
import { add, cast, silu } from '../onnx/operators.ts'
import type { BuildOptions } from './build.ts'
import type { VaeConfig } from './config.ts'
import { byPicture, byTile, type Parts } from './parts.ts'
import { refuseUnused } from './unused.ts'
import { currentVaeNames } from './vae-names.ts'

export interface VaeOptions extends BuildOptions, Parts {}

/** Of what goes in. */
export interface BatchSize {
  readonly batch: number
  readonly height: number
  readonly width: number
}

/** Pixels to a side of what stands for them in the latents. */
const scale = 8

/**
 * The encoder of diffusers' `AutoencoderKL`.
 *
 * Input: `image` [N, 3, H, W], RGB, -1..1. Output: `moments` [N, 8, ⌊H / 8⌋, ⌊W / 8⌋], mean and logarithm of the variance of
 * the latents, not yet scaled. Both in float32.
 *
 * @throws GraphError where the checkpoint is not a network of this kind.
 */
export function buildVaeEncoder(
  checkpoint: Checkpoint,
  config: VaeConfig,
  { batch, height, width }: BatchSize,
  options: VaeOptions = {},
): GraphDefinition {
  const g = beginVae(checkpoint, options)
  const image = g.input('image', 'float32', [batch, 3, height, width])
  const encode = (x: Tensor) => conv2d(g.at('quant_conv'), encoder(g.at('encoder'), x, config))
  const moments = inParts(g, cast(g, image, g.precision), encode, options, { side: scale, scale: 1 / scale })
  for (const part of ['encoder', 'quant_conv']) refuseUnused(g.at(part), what)
  g.output('moments', cast(g, moments, 'float32'))
  return g.definition
}

/**
 * The decoder of diffusers' `AutoencoderKL`.
 *
 * Input: `latents` [N, 4, h, w], their scaling undone. Output: `image` [N, 3, 8h, 8w], RGB, about -1..1. Both in float32.
 *
 * @throws GraphError where the checkpoint is not a network of this kind.
 */
export function buildVaeDecoder(
  checkpoint: Checkpoint,
  config: VaeConfig,
  { batch, height, width }: BatchSize,
  options: VaeOptions = {},
): GraphDefinition {
  const g = beginVae(checkpoint, options)
  const latents = g.input('latents', 'float32', [batch, 4, height, width])
  const decode = (z: Tensor) => decoder(g.at('decoder'), conv2d(g.at('post_quant_conv'), z), config)
  const image = inParts(g, cast(g, latents, g.precision), decode, options, { side: 1, scale })
  for (const part of ['decoder', 'post_quant_conv']) refuseUnused(g.at(part), what)
  g.output('image', cast(g, image, 'float32'))
  return g.definition
}

const what = 'an autoencoder of Stable Diffusion'

function beginVae(checkpoint: Checkpoint, { provider = 'cpu', precision, adapt }: VaeOptions): Graph {
  return createGraph(currentVaeNames(checkpoint), provider, { precision, adapt })
}

/**
 * @param of.side Of what stands for one latent in x.
 * @param of.scale What a side becomes in `run`.
 */
function inParts(
  g: Graph,
  x: Tensor,
  run: (x: Tensor) => Tensor,
  { pictureByPicture = false, tileSide = Number.POSITIVE_INFINITY }: Parts,
  of: { readonly side: number; readonly scale: number },
): Tensor {
  const whole = (part: Tensor) => byTile(g, part, run, { side: tileSide * of.side, scale: of.scale })
  return pictureByPicture ? byPicture(g, x, whole) : whole(x)
}

/** diffusers: `Encoder`. x [N, 3, H, W] -> [N, 8, ⌊H / 8⌋, ⌊W / 8⌋]. */
function encoder(g: Graph, image: Tensor, config: VaeConfig): Tensor {
  let x = conv2d(g.at('conv_in'), image, { padding: 1 })
  for (let level = 0; g.has(`down_blocks.${level}.resnets.0.conv1.weight`); level++) {
    const block = g.at(`down_blocks.${level}`)
    x = resnets(block, x, config)
    if (block.has('downsamplers.0.conv.weight')) {
      x = downsample(block.at('downsamplers.0'), x, { sides: 'bottom and right' })
    }
  }
  return head(g, midBlock(g.at('mid_block'), x, config), config)
}

/** diffusers: `Decoder`. z [N, 4, h, w] -> [N, 3, 8h, 8w]. */
function decoder(g: Graph, z: Tensor, config: VaeConfig): Tensor {
  let x = midBlock(g.at('mid_block'), conv2d(g.at('conv_in'), z, { padding: 1 }), config)
  for (let level = 0; g.has(`up_blocks.${level}.resnets.0.conv1.weight`); level++) {
    const block = g.at(`up_blocks.${level}`)
    x = resnets(block, x, config)
    if (block.has('upsamplers.0.conv.weight')) {
      x = upsample(block.at('upsamplers.0'), x, [2 * x.shape[2], 2 * x.shape[3]])
    }
  }
  return head(g, x, config)
}

/** diffusers: `UNetMidBlock2D`, with one attention of one head. [N, C, h, w] stays. */
function midBlock(g: Graph, input: Tensor, config: VaeConfig): Tensor {
  const x = resnetBlock(g.at('resnets.0'), input, norm(config))
  const at = g.at('attentions.0')
  const tokens = tokensOf(at, groupNorm(at.at('group_norm'), x, norm(config)))
  const seen = add(at, pixelsOf(at, attention(at, tokens, tokens, { heads: 1 }), x), x)
  return resnetBlock(g.at('resnets.1'), seen, norm(config))
}

function resnets(g: Graph, input: Tensor, config: VaeConfig): Tensor {
  let x = input
  for (let layer = 0; g.has(`resnets.${layer}.conv1.weight`); layer++) {
    x = resnetBlock(g.at(`resnets.${layer}`), x, norm(config))
  }
  return x
}

/** What both end with: norm, activation, convolution. */
function head(g: Graph, x: Tensor, config: VaeConfig): Tensor {
  return conv2d(g.at('conv_out'), silu(g, groupNorm(g.at('conv_norm_out'), x, norm(config))), { padding: 1 })
}

function norm({ groups }: VaeConfig): { readonly groups: number; readonly epsilon: number } {
  return { groups, epsilon: 1e-6 }
}
