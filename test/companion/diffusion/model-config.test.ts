import { describe, expect, test } from 'vitest'
import {
  parseTextEncoderConfig,
  parseUNetConfig,
  parseVaeConfig,
} from '../../../companion/diffusion/model-config.ts'
import { CompanionError } from '../../../companion/errors.ts'
import { stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { diffusionPath, readJson } from '../../support/diffusion.ts'

describe('configurations as the published repositories have them', () => {
  // Their config.json files, but for keys that say nothing about the numbers.
  const common = {
    act_fn: 'silu',
    block_out_channels: [320, 640, 1280, 1280],
    center_input_sample: false,
    downsample_padding: 1,
    flip_sin_to_cos: true,
    freq_shift: 0,
    in_channels: 9,
    mid_block_scale_factor: 1,
    norm_eps: 1e-5,
    norm_num_groups: 32,
  }

  test('are those that one-file checkpoints are taken to have', () => {
    const first = { ...common, attention_head_dim: 8, cross_attention_dim: 768 }
    const second = {
      ...common,
      attention_head_dim: [5, 10, 20, 20],
      cross_attention_dim: 1024,
      use_linear_projection: true,
    }
    expect(parseUNetConfig(first)).toEqual(stableDiffusion15.unet)
    expect(parseUNetConfig(second)).toEqual(stableDiffusion2.unet)
    const clip = { hidden_act: 'quick_gelu', num_attention_heads: 12, layer_norm_eps: 1e-5 }
    expect(parseTextEncoderConfig(clip)).toEqual(stableDiffusion15.textEncoder)
    const openClip = { hidden_act: 'gelu', num_attention_heads: 16, layer_norm_eps: 1e-5 }
    expect(parseTextEncoderConfig(openClip)).toEqual(stableDiffusion2.textEncoder)
    expect(parseVaeConfig({ act_fn: 'silu', norm_num_groups: 32 })).toEqual(stableDiffusion15.vae)
  })

  test('of small networks are read as well', () => {
    const heads = (model: string) =>
      parseUNetConfig(readJson(diffusionPath(model, 'unet', 'config.json'))).heads
    expect([heads('sd15-tiny'), heads('sd2-tiny')]).toEqual([
      [2, 2, 2, 2],
      [1, 2, 3, 3],
    ])
  })
})

test.each([
  { json: null, says: 'Invalid type' },
  { json: { block_out_channels: [320], cross_attention_dim: 768, act_fn: 'gelu' }, says: 'act_fn' },
  { json: { block_out_channels: [320], cross_attention_dim: [768] }, says: 'cross_attention_dim' },
  { json: { block_out_channels: [320], cross_attention_dim: 768, flip_sin_to_cos: false }, says: 'flip_sin' },
])('a network of another kind is refused, naming $says', ({ json, says }) => {
  const parse = () => parseUNetConfig(json)
  expect(parse).toThrow(CompanionError)
  expect(parse).toThrow(`unet/config.json is not of a Stable Diffusion 1.5 or 2 model: ${says}`)
})
