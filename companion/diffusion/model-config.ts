import * as v from 'valibot'
import type { TextEncoderConfig, UNetConfig, VaeConfig } from '../../models/stable-diffusion/config.ts'
import { parseModelFile } from './model-file.ts'

/**
 * What a folder in diffusers layout says of its UNet: the content of unet/config.json.
 *
 * @throws CompanionError 'model-damaged' where it describes another kind of network.
 */
export function parseUNetConfig(json: unknown): UNetConfig {
  const config = parseModelFile(UNetJson, json, 'unet/config.json')
  const { attention_head_dim: heads, block_out_channels: levels } = config
  return {
    heads: typeof heads === 'number' ? levels.map(() => heads) : heads,
    contextWidth: config.cross_attention_dim,
    linearProjection: config.use_linear_projection,
    groups: config.norm_num_groups,
    epsilon: config.norm_eps,
  }
}

/** The same for text_encoder/config.json. */
export function parseTextEncoderConfig(json: unknown): TextEncoderConfig {
  const config = parseModelFile(TextEncoderJson, json, 'text_encoder/config.json')
  return {
    heads: config.num_attention_heads,
    activation: config.hidden_act,
    epsilon: config.layer_norm_eps,
  }
}

/** The same for vae/config.json. */
export function parseVaeConfig(json: unknown): VaeConfig {
  const config = parseModelFile(VaeJson, json, 'vae/config.json')
  return { groups: config.norm_num_groups, scalingFactor: config.scaling_factor }
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** Defaults are those of diffusers' and transformers' classes; what the graphs take for granted is written as literals. */
const UNetJson = v.object({
  attention_head_dim: v.optional(v.union([count, v.array(count)]), 8),
  block_out_channels: v.array(count),
  cross_attention_dim: count,
  use_linear_projection: v.optional(v.boolean(), false),
  norm_num_groups: v.optional(count, 32),
  norm_eps: v.optional(v.number(), 1e-5),
  act_fn: v.optional(v.literal('silu'), 'silu'),
  center_input_sample: v.optional(v.literal(false), false),
  flip_sin_to_cos: v.optional(v.literal(true), true),
  freq_shift: v.optional(v.literal(0), 0),
  mid_block_scale_factor: v.optional(v.literal(1), 1),
  downsample_padding: v.optional(v.literal(1), 1),
})

const TextEncoderJson = v.object({
  num_attention_heads: count,
  hidden_act: v.picklist(['quick_gelu', 'gelu']),
  layer_norm_eps: v.optional(v.number(), 1e-5),
})

const VaeJson = v.object({
  norm_num_groups: v.optional(count, 32),
  scaling_factor: v.optional(v.number(), 0.18215),
  act_fn: v.optional(v.literal('silu'), 'silu'),
})
