import { describe, expect, test } from 'vitest'
import type { Checkpoint, StoredTensor } from '../../../models/checkpoint.ts'
import { GraphError } from '../../../models/onnx/graph.ts'
import { stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { isWholeModel, splitWholeModel } from '../../../models/stable-diffusion/ldm-names.ts'
import { checkpointOf, type Layout, publishedLayout } from '../../support/diffusion.ts'

type Shapes = Record<string, readonly number[]>

describe.each([
  { kind: '1.5', layouts: ['sd15-unet', 'sd15-text-encoder'], config: stableDiffusion15 },
  { kind: '2', layouts: ['sd2-unet', 'sd2-text-encoder'], config: stableDiffusion2 },
] as const)('splitWholeModel of Stable Diffusion $kind', ({ kind, layouts, config }) => {
  const [unetLayout, textLayout] = layouts.map((layout) => publishedLayout(layout)) as [Layout, Layout]
  const file = checkpointOf({
    ...prefixed('model.diffusion_model', ldmUNet(kind)),
    ...prefixed('first_stage_model', ldmVae()),
    ...(kind === '2'
      ? prefixed('cond_stage_model.model', openClip())
      : prefixed('cond_stage_model.transformer', textLayout)),
    'model_ema.decay': [],
    betas: [1000],
  })
  const parts = splitWholeModel(file)

  test('gives the UNet the names and shapes of the published diffusers files', () => {
    expect(shapesOf(parts.unet)).toEqual(unetLayout)
  })

  test('gives the autoencoder theirs', () => {
    const published = Object.entries(publishedLayout('sd15-vae'))
    const asConvolutions = published.map(([name, shape]) => [
      name,
      /attentions\.0\.to_.*weight$/.test(name) ? [...shape, 1, 1] : shape,
    ])
    expect(shapesOf(parts.vae)).toEqual(Object.fromEntries(asConvolutions))
  })

  test('gives the text encoder theirs', () => {
    const { 'text_model.embeddings.position_ids': positions, ...weights } = textLayout
    expect(positions).toEqual([1, 77])
    const { 'text_model.embeddings.position_ids': _, ...found } = shapesOf(parts.textEncoder)
    expect(found).toEqual(weights)
  })

  test('knows which of the two it is', () => {
    expect(parts.config).toBe(config)
  })

  test('finds all of it in a training checkpoint', () => {
    const training = new Map([...file].map(([name, tensor]) => [`state_dict.${name}`, tensor]))
    expect(isWholeModel(training)).toBe(true)
    expect(splitWholeModel(training)).toEqual(parts)
  })
})

// Of tensors that have the shape of others, so that a mix-up would not show above. After diffusers'
// scripts/convert_original_stable_diffusion_to_diffusers.py.
describe('splitWholeModel knows which is which', () => {
  const file = checkpointOf({
    ...prefixed('model.diffusion_model', ldmUNet('2')),
    ...prefixed('first_stage_model', ldmVae()),
    ...prefixed('cond_stage_model.model', openClip()),
  })
  const { unet, vae, textEncoder } = splitWholeModel(file)
  const parts = [
    ['model.diffusion_model', unet],
    ['first_stage_model', vae],
    ['cond_stage_model.model', textEncoder],
  ] as const

  test.each([
    ['time_embed.2.bias', 'time_embedding.linear_2.bias'],
    ['input_blocks.0.0.weight', 'conv_in.weight'],
    ['input_blocks.2.0.in_layers.0.weight', 'down_blocks.0.resnets.1.norm1.weight'],
    ['input_blocks.2.0.in_layers.2.weight', 'down_blocks.0.resnets.1.conv1.weight'],
    ['input_blocks.2.0.out_layers.0.weight', 'down_blocks.0.resnets.1.norm2.weight'],
    ['input_blocks.2.0.out_layers.3.weight', 'down_blocks.0.resnets.1.conv2.weight'],
    ['input_blocks.5.0.emb_layers.1.weight', 'down_blocks.1.resnets.1.time_emb_proj.weight'],
    ['input_blocks.4.0.skip_connection.weight', 'down_blocks.1.resnets.0.conv_shortcut.weight'],
    ['input_blocks.4.1.proj_in.weight', 'down_blocks.1.attentions.0.proj_in.weight'],
    ['input_blocks.6.0.op.weight', 'down_blocks.1.downsamplers.0.conv.weight'],
    ['input_blocks.11.0.in_layers.2.bias', 'down_blocks.3.resnets.1.conv1.bias'],
    ['middle_block.0.out_layers.3.weight', 'mid_block.resnets.0.conv2.weight'],
    [
      'middle_block.1.transformer_blocks.0.attn2.to_out.0.bias',
      'mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0.bias',
    ],
    ['middle_block.2.out_layers.3.weight', 'mid_block.resnets.1.conv2.weight'],
    ['output_blocks.0.0.in_layers.2.weight', 'up_blocks.0.resnets.0.conv1.weight'],
    ['output_blocks.2.1.conv.weight', 'up_blocks.0.upsamplers.0.conv.weight'],
    ['output_blocks.5.2.conv.weight', 'up_blocks.1.upsamplers.0.conv.weight'],
    [
      'output_blocks.10.1.transformer_blocks.0.ff.net.2.weight',
      'up_blocks.3.attentions.1.transformer_blocks.0.ff.net.2.weight',
    ],
    ['out.0.weight', 'conv_norm_out.weight'],
    ['encoder.down.2.block.1.conv2.weight', 'encoder.down_blocks.2.resnets.1.conv2.weight'],
    ['encoder.down.1.downsample.conv.weight', 'encoder.down_blocks.1.downsamplers.0.conv.weight'],
    ['encoder.mid.block_2.norm1.weight', 'encoder.mid_block.resnets.1.norm1.weight'],
    ['encoder.mid.attn_1.k.weight', 'encoder.mid_block.attentions.0.to_k.weight'],
    ['encoder.mid.attn_1.proj_out.weight', 'encoder.mid_block.attentions.0.to_out.0.weight'],
    ['decoder.up.3.block.2.conv1.weight', 'decoder.up_blocks.0.resnets.2.conv1.weight'],
    ['decoder.up.0.block.0.nin_shortcut.weight', 'decoder.up_blocks.3.resnets.0.conv_shortcut.weight'],
    ['decoder.up.2.upsample.conv.weight', 'decoder.up_blocks.1.upsamplers.0.conv.weight'],
    ['decoder.norm_out.weight', 'decoder.conv_norm_out.weight'],
    ['ln_final.bias', 'text_model.final_layer_norm.bias'],
    ['transformer.resblocks.7.ln_2.weight', 'text_model.encoder.layers.7.layer_norm2.weight'],
    ['transformer.resblocks.7.attn.out_proj.weight', 'text_model.encoder.layers.7.self_attn.out_proj.weight'],
    ['transformer.resblocks.7.mlp.c_fc.weight', 'text_model.encoder.layers.7.mlp.fc1.weight'],
    ['transformer.resblocks.7.mlp.c_proj.bias', 'text_model.encoder.layers.7.mlp.fc2.bias'],
  ])('%s is %s', (old, current) => {
    const [prefix, part] = parts.find(([prefix]) => file.has(`${prefix}.${old}`))!
    expect(part.get(current)).toEqual(file.get(`${prefix}.${old}`))
  })
})

test('query, key and value of OpenCLIP are thirds of one tensor, in this order', () => {
  const file = checkpointOf({
    ...prefixed('model.diffusion_model', { 'conv_in.bias': [4] }),
    ...prefixed('cond_stage_model.model', openClip()),
  })
  const whole = file.get('cond_stage_model.model.transformer.resblocks.3.attn.in_proj_weight')!
  const { textEncoder } = splitWholeModel(file)
  const offsets = ['q', 'k', 'v'].map((part) => {
    const { offset, byteLength } = textEncoder.get(
      `text_model.encoder.layers.3.self_attn.${part}_proj.weight`,
    ) as StoredTensor
    expect(byteLength).toBe(1024 * 1024 * 2)
    return offset - whole.offset
  })
  expect(offsets).toEqual([0, 1024 * 1024 * 2, 2 * 1024 * 1024 * 2])
})

test('a file with one network alone is no whole model', () => {
  const unet = checkpointOf(publishedLayout('sd15-unet'))
  expect(isWholeModel(unet)).toBe(false)
  expect(() => splitWholeModel(unet)).toThrow(
    new GraphError('Expected a whole model in one file, but no tensor is called model.diffusion_model.…'),
  )
})

function shapesOf(checkpoint: Checkpoint): Shapes {
  return Object.fromEntries([...checkpoint].map(([name, { shape }]) => [name, shape]))
}

function prefixed(prefix: string, shapes: Layout): Shapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${prefix}.${name}`, shape]))
}

/** As the constructor of openaimodel.py's UNetModel makes them, in its order. */
function ldmUNet(kind: '1.5' | '2'): Shapes {
  const context = kind === '2' ? 1024 : 768
  const shapes: Shapes = {}
  const put = (name: string, weight: readonly number[], bias = true) => {
    shapes[`${name}.weight`] = weight
    if (bias) shapes[`${name}.bias`] = [weight[0]!]
  }
  const conv = (name: string, from: number, to: number, kernel = 3) => put(name, [to, from, kernel, kernel])
  const resBlock = (name: string, from: number, to: number) => {
    put(`${name}.in_layers.0`, [from])
    conv(`${name}.in_layers.2`, from, to)
    put(`${name}.emb_layers.1`, [to, 1280])
    put(`${name}.out_layers.0`, [to])
    conv(`${name}.out_layers.3`, to, to)
    if (from !== to) conv(`${name}.skip_connection`, from, to, 1)
  }
  const spatialTransformer = (name: string, width: number) => {
    put(`${name}.norm`, [width])
    for (const proj of ['proj_in', 'proj_out']) {
      if (kind === '2') put(`${name}.${proj}`, [width, width])
      else conv(`${name}.${proj}`, width, width, 1)
    }
    const block = `${name}.transformer_blocks.0`
    for (const norm of ['norm1', 'norm2', 'norm3']) put(`${block}.${norm}`, [width])
    for (const [attn, seen] of [['attn1', width] as const, ['attn2', context] as const]) {
      put(`${block}.${attn}.to_q`, [width, width], false)
      put(`${block}.${attn}.to_k`, [width, seen], false)
      put(`${block}.${attn}.to_v`, [width, seen], false)
      put(`${block}.${attn}.to_out.0`, [width, width])
    }
    put(`${block}.ff.net.0.proj`, [8 * width, width])
    put(`${block}.ff.net.2`, [width, 4 * width])
  }
  const attends = (level: number) => level < 3

  put('time_embed.0', [1280, 320])
  put('time_embed.2', [1280, 1280])
  conv('input_blocks.0.0', 9, 320)
  const skips = [320]
  let width = 320
  let index = 1
  for (const [level, multiple] of [1, 2, 4, 4].entries()) {
    for (let layer = 0; layer < 2; layer++) {
      resBlock(`input_blocks.${index}.0`, width, 320 * multiple)
      width = 320 * multiple
      if (attends(level)) spatialTransformer(`input_blocks.${index}.1`, width)
      skips.push(width)
      index++
    }
    if (level < 3) {
      conv(`input_blocks.${index++}.0.op`, width, width)
      skips.push(width)
    }
  }
  resBlock('middle_block.0', width, width)
  spatialTransformer('middle_block.1', width)
  resBlock('middle_block.2', width, width)
  index = 0
  for (const [level, multiple] of [...[1, 2, 4, 4].entries()].reverse()) {
    for (let layer = 0; layer < 3; layer++) {
      resBlock(`output_blocks.${index}.0`, width + skips.pop()!, 320 * multiple)
      width = 320 * multiple
      if (attends(level)) spatialTransformer(`output_blocks.${index}.1`, width)
      if (level > 0 && layer === 2)
        conv(`output_blocks.${index}.${attends(level) ? 2 : 1}.conv`, width, width)
      index++
    }
  }
  put('out.0', [320])
  conv('out.2', 320, 4)
  return shapes
}

/** As those of model.py's Encoder and Decoder, and autoencoder.py's AutoencoderKL. */
function ldmVae(): Shapes {
  const shapes: Shapes = {}
  const put = (name: string, weight: readonly number[]) => {
    shapes[`${name}.weight`] = weight
    shapes[`${name}.bias`] = [weight[0]!]
  }
  const conv = (name: string, from: number, to: number, kernel = 3) => put(name, [to, from, kernel, kernel])
  const resnetBlock = (name: string, from: number, to: number) => {
    put(`${name}.norm1`, [from])
    conv(`${name}.conv1`, from, to)
    put(`${name}.norm2`, [to])
    conv(`${name}.conv2`, to, to)
    if (from !== to) conv(`${name}.nin_shortcut`, from, to, 1)
  }
  const mid = (name: string) => {
    resnetBlock(`${name}.mid.block_1`, 512, 512)
    put(`${name}.mid.attn_1.norm`, [512])
    for (const part of ['q', 'k', 'v', 'proj_out']) conv(`${name}.mid.attn_1.${part}`, 512, 512, 1)
    resnetBlock(`${name}.mid.block_2`, 512, 512)
  }
  const widths = [128, 256, 512, 512]

  conv('encoder.conv_in', 3, 128)
  for (const [level, width] of widths.entries()) {
    for (let block = 0; block < 2; block++) {
      const from = block === 0 ? widths[Math.max(level - 1, 0)]! : width
      resnetBlock(`encoder.down.${level}.block.${block}`, from, width)
    }
    if (level < 3) conv(`encoder.down.${level}.downsample.conv`, width, width)
  }
  mid('encoder')
  put('encoder.norm_out', [512])
  conv('encoder.conv_out', 512, 8)
  conv('decoder.conv_in', 4, 512)
  mid('decoder')
  for (const [level, width] of widths.entries()) {
    for (let block = 0; block < 3; block++) {
      const from = block === 0 ? widths[Math.min(level + 1, 3)]! : width
      resnetBlock(`decoder.up.${level}.block.${block}`, from, width)
    }
    if (level > 0) conv(`decoder.up.${level}.upsample.conv`, width, width)
  }
  put('decoder.norm_out', [128])
  conv('decoder.conv_out', 128, 3)
  conv('quant_conv', 8, 8, 1)
  conv('post_quant_conv', 4, 4, 1)
  return shapes
}

/** The text tower of open_clip's ViT-H/14, with all of its 24 layers. */
function openClip(): Shapes {
  const shapes: Shapes = {
    positional_embedding: [77, 1024],
    text_projection: [1024, 1024],
    logit_scale: [],
    'token_embedding.weight': [49408, 1024],
    'ln_final.weight': [1024],
    'ln_final.bias': [1024],
  }
  for (let layer = 0; layer < 24; layer++) {
    const at = `transformer.resblocks.${layer}`
    for (const norm of ['ln_1', 'ln_2']) {
      shapes[`${at}.${norm}.weight`] = [1024]
      shapes[`${at}.${norm}.bias`] = [1024]
    }
    shapes[`${at}.attn.in_proj_weight`] = [3072, 1024]
    shapes[`${at}.attn.in_proj_bias`] = [3072]
    shapes[`${at}.attn.out_proj.weight`] = [1024, 1024]
    shapes[`${at}.attn.out_proj.bias`] = [1024]
    shapes[`${at}.mlp.c_fc.weight`] = [4096, 1024]
    shapes[`${at}.mlp.c_fc.bias`] = [4096]
    shapes[`${at}.mlp.c_proj.weight`] = [1024, 4096]
    shapes[`${at}.mlp.c_proj.bias`] = [1024]
  }
  return shapes
}
