import type { Checkpoint } from '../checkpoint.ts'
import { conv2d } from '../nn/conv.ts'
import { timesteps } from '../nn/embedding.ts'
import { linear } from '../nn/linear.ts'
import { groupNorm } from '../nn/norm.ts'
import { downsample, resnetBlock, upsample } from '../nn/resnet.ts'
import { transformer2d } from '../nn/transformer.ts'
import { createGraph, type Graph, type GraphDefinition, type Tensor } from '../onnx/graph.ts'
import { cast, concat, silu } from '../onnx/operators.ts'
import type { BuildOptions } from './build.ts'
import type { UNetConfig } from './config.ts'
import { refuseUnused } from './unused.ts'

export interface UNetOptions extends BuildOptions {
  /** At most so many queries of an attention are looked at together, which bounds its memory. Default: all. */
  readonly queriesAtOnce?: number | undefined
}

/**
 * The noise predictor of Stable Diffusion (Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models",
 * CVPR 2022), one evaluation for latents of one size.
 *
 * Inputs: `sample` [N, 9, h, w]: noisy latents, mask, latents of the masked picture · `timestep` [1], 0..999 ·
 * `encoder_hidden_states` [N, 77, D]. Output: `out_sample` [N, 4, h, w], the predicted noise. All in float32.
 *
 * @param size.height Of the latents: an eighth of the picture's. Any number.
 * @throws GraphError where the checkpoint is not a network of this kind.
 */
export function buildUNet(
  checkpoint: Checkpoint,
  config: UNetConfig,
  { batch, height, width }: { readonly batch: number; readonly height: number; readonly width: number },
  { provider = 'cpu', queriesAtOnce, ...options }: UNetOptions = {},
): GraphDefinition {
  const g = createGraph(checkpoint, provider, options)
  const channels = g.storedWeight('conv_in.weight', ['O', 'C', 3, 3]).shape[1]
  const sample = g.input('sample', 'float32', [batch, channels, height, width])
  const timestep = g.input('timestep', 'float32', [1])
  const context = g.input('encoder_hidden_states', 'float32', [batch, 77, config.contextWidth])
  const noise = unet2dConditionModel(g, { sample, timestep, context }, config, queriesAtOnce)
  refuseUnused(g, 'a UNet of Stable Diffusion')
  g.output('out_sample', noise)
  return g.definition
}

interface UNetInputs {
  /** [N, C, h, w] */
  readonly sample: Tensor
  /** [1] */
  readonly timestep: Tensor
  /** [N, S, D] */
  readonly context: Tensor
}

/** diffusers: `UNet2DConditionModel`. -> [N, O, h, w] in float32. */
function unet2dConditionModel(
  g: Graph,
  inputs: UNetInputs,
  config: UNetConfig,
  queriesAtOnce: number | undefined,
): Tensor {
  const { groups, epsilon, heads, linearProjection } = config
  const context = cast(g, inputs.context, g.precision)
  const time = timeEmbedding(g, inputs.timestep)

  const resnet = (at: Graph, x: Tensor) => resnetBlock(at, x, { groups, epsilon, time })
  // Stable Diffusion 2, which projects linearly, overflows where float16 multiplies its queries and keys: black pictures.
  const precision = linearProjection ? 'float32' : undefined
  const transformer = (at: Graph, x: Tensor, level: number) =>
    transformer2d(at, x, context, {
      groups,
      linearProjection,
      attention: { heads: heads[level]!, precision, queriesAtOnce },
    })
  /** The resnet `layer` of a block, with the transformer that follows it at most levels. */
  const layerOf = (block: Graph, layer: number, x: Tensor, level: number) => {
    const y = resnet(block.at(`resnets.${layer}`), x)
    return block.has(`attentions.${layer}.norm.weight`)
      ? transformer(block.at(`attentions.${layer}`), y, level)
      : y
  }

  let x = conv2d(g.at('conv_in'), cast(g, inputs.sample, g.precision), { padding: 1 })
  const skips = [x]
  for (const level of heads.keys()) {
    const block = g.at(`down_blocks.${level}`)
    for (let layer = 0; block.has(`resnets.${layer}.conv1.weight`); layer++) {
      x = layerOf(block, layer, x, level)
      skips.push(x)
    }
    if (block.has('downsamplers.0.conv.weight')) {
      x = downsample(block.at('downsamplers.0'), x, { sides: 'all' })
      skips.push(x)
    }
  }

  const mid = g.at('mid_block')
  const deepest = heads.length - 1
  x = resnet(mid.at('resnets.1'), layerOf(mid, 0, x, deepest))

  for (const [index, level] of [...heads.keys()].reverse().entries()) {
    const block = g.at(`up_blocks.${index}`)
    for (let layer = 0; block.has(`resnets.${layer}.conv1.weight`); layer++) {
      x = layerOf(block, layer, concat(g, [x, skips.pop()!], 1), level)
    }
    if (block.has('upsamplers.0.conv.weight')) {
      const [, , height, width] = skips.at(-1)!.shape as readonly [number, number, number, number]
      x = upsample(block.at('upsamplers.0'), x, [height, width])
    }
  }

  x = silu(g, groupNorm(g.at('conv_norm_out'), x, { groups, epsilon }))
  return cast(g, conv2d(g.at('conv_out'), x, { padding: 1 }), 'float32')
}

/** diffusers: `TimestepEmbedding` of the sinusoids: timestep [1] -> [1, T]. */
function timeEmbedding(g: Graph, timestep: Tensor): Tensor {
  const at = g.at('time_embedding')
  const channels = at.storedWeight('linear_1.weight', ['T', 'C']).shape[1]
  const sinusoids = cast(g, timesteps(g.at('time_proj'), timestep, channels), g.precision)
  return linear(at.at('linear_2'), silu(at, linear(at.at('linear_1'), sinusoids)))
}
