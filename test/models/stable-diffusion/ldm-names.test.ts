import { describe, expect, test } from 'vitest'
import type { Checkpoint, StoredTensor } from '../../../models/checkpoint.ts'
import { GraphError } from '../../../models/onnx/graph.ts'
import { stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import { splitWholeModel } from '../../../models/stable-diffusion/ldm-names.ts'
import { checkpointOf, type Layout, publishedLayout } from '../../support/diffusion.ts'
import { openClip, prefixed, wholeModelLayout } from '../../support/whole-model.ts'

type Shapes = Record<string, readonly number[]>

describe.each([
  { kind: '1.5', layouts: ['sd15-unet', 'sd15-text-encoder'], config: stableDiffusion15 },
  { kind: '2', layouts: ['sd2-unet', 'sd2-text-encoder'], config: stableDiffusion2 },
] as const)('splitWholeModel of Stable Diffusion $kind', ({ kind, layouts, config }) => {
  const [unetLayout, textLayout] = layouts.map((layout) => publishedLayout(layout)) as [Layout, Layout]
  const file = checkpointOf({ ...wholeModelLayout(kind), 'model_ema.decay': [], betas: [1000] })
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
    expect(splitWholeModel(training)).toEqual(parts)
  })
})

// Of tensors that have the shape of others, so that a mix-up would not show above. After diffusers'
// scripts/convert_original_stable_diffusion_to_diffusers.py.
describe('splitWholeModel knows which is which', () => {
  const file = checkpointOf(wholeModelLayout('2'))
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

test('a tensor that no model has keeps its name, for the graph to refuse', () => {
  const file = checkpointOf(prefixed('model.diffusion_model', { 'input_blocks.1.0.scale': [8] }))
  expect([...splitWholeModel(file).unet.keys()]).toEqual(['down_blocks.0.resnets.0.scale'])
})

test('a file with one network alone is no whole model', () => {
  const unet = checkpointOf(publishedLayout('sd15-unet'))
  expect(() => splitWholeModel(unet)).toThrow(
    new GraphError('Expected a whole model in one file, but no tensor is called model.diffusion_model.…'),
  )
})

function shapesOf(checkpoint: Checkpoint): Shapes {
  return Object.fromEntries([...checkpoint].map(([name, { shape }]) => [name, shape]))
}
