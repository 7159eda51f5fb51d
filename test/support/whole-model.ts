import { type Layout, publishedLayout } from './diffusion.ts'

type Shapes = Record<string, readonly number[]>

/** Tensors of the original authors' single file with a whole model, by name. */
export function wholeModelLayout(kind: '1.5' | '2'): Layout {
  return {
    ...prefixed('model.diffusion_model', ldmUNet(kind)),
    ...prefixed('first_stage_model', ldmVae()),
    ...(kind === '2'
      ? prefixed('cond_stage_model.model', openClip())
      : prefixed('cond_stage_model.transformer', publishedLayout('sd15-text-encoder'))),
  }
}

/**
 * The same of networks as narrow as the published heads and groups allow, with one layer of text (in 2 beside the last, which
 * is not used) over a vocabulary of so many tokens.
 */
export function narrowWholeModelLayout(kind: '1.5' | '2', vocabulary: number): Layout {
  const clip = Object.entries(publishedLayout('sd15-text-encoder'))
    .filter(([name]) => !/layers\.[1-9]|position_ids/.test(name))
    .map(([name, shape]) => [name, shape.map((size) => narrowText(size, vocabulary))])
  return {
    ...prefixed(
      'model.diffusion_model',
      ldmUNet(kind, kind === '2' ? [160, 160, 160, 160] : [32, 64, 128, 128]),
    ),
    ...prefixed('first_stage_model', ldmVae([32, 64, 128, 128])),
    ...(kind === '2'
      ? prefixed('cond_stage_model.model', openClip({ layers: 2, inner: 64, vocabulary }))
      : prefixed('cond_stage_model.transformer', Object.fromEntries(clip))),
  }
}

function narrowText(size: number, vocabulary: number): number {
  return size === 49408 ? vocabulary : size === 3072 ? 64 : size
}

/**
 * What a tensor of diffusers' three networks is called in that file; query, key and value of 2's text encoder lie in one. The
 * way of diffusers' scripts/convert_original_stable_diffusion_to_diffusers.py, backwards.
 */
export function originalName(kind: '1.5' | '2', part: 'unet' | 'text_encoder' | 'vae', name: string): string {
  if (part === 'unet') return `model.diffusion_model.${renamed(name, unetRules)}`
  if (part === 'vae') return `first_stage_model.${renamed(name, vaeRules)}`
  return kind === '2'
    ? `cond_stage_model.model.${renamed(name, openClipRules)}`
    : `cond_stage_model.transformer.${name}`
}

type Rules = readonly (readonly [pattern: RegExp, to: string | ((...found: string[]) => string)])[]

/** Each rule in turn. */
function renamed(name: string, rules: Rules): string {
  return rules.reduce((given, [pattern, to]) => given.replace(pattern, to as string), name)
}

const unetRules: Rules = [
  [/(?<=resnets\.\d)\.norm1/, '.in_layers.0'],
  [/(?<=resnets\.\d)\.conv1/, '.in_layers.2'],
  [/(?<=resnets\.\d)\.time_emb_proj/, '.emb_layers.1'],
  [/(?<=resnets\.\d)\.norm2/, '.out_layers.0'],
  [/(?<=resnets\.\d)\.conv2/, '.out_layers.3'],
  [/(?<=resnets\.\d)\.conv_shortcut/, '.skip_connection'],
  [/^time_embedding\.linear_(\d)/, (_, i) => `time_embed.${2 * Number(i) - 2}`],
  [/^conv_in/, 'input_blocks.0.0'],
  [/^conv_norm_out/, 'out.0'],
  [/^conv_out/, 'out.2'],
  [/^mid_block\.resnets\.0/, 'middle_block.0'],
  [/^mid_block\.attentions\.0/, 'middle_block.1'],
  [/^mid_block\.resnets\.1/, 'middle_block.2'],
  [/^down_blocks\.(\d)\.resnets\.(\d)/, (_, i, j) => `input_blocks.${1 + 3 * Number(i) + Number(j)}.0`],
  [/^down_blocks\.(\d)\.attentions\.(\d)/, (_, i, j) => `input_blocks.${1 + 3 * Number(i) + Number(j)}.1`],
  [/^down_blocks\.(\d)\.downsamplers\.0\.conv/, (_, i) => `input_blocks.${3 + 3 * Number(i)}.0.op`],
  [/^up_blocks\.(\d)\.resnets\.(\d)/, (_, i, j) => `output_blocks.${3 * Number(i) + Number(j)}.0`],
  [/^up_blocks\.(\d)\.attentions\.(\d)/, (_, i, j) => `output_blocks.${3 * Number(i) + Number(j)}.1`],
  // The coarsest level has no attention before it.
  [/^up_blocks\.(\d)\.upsamplers\.0/, (_, i) => `output_blocks.${3 * Number(i) + 2}.${i === '0' ? 1 : 2}`],
]

const vaeRules: Rules = [
  [/conv_norm_out/, 'norm_out'],
  [/conv_shortcut/, 'nin_shortcut'],
  [/mid_block\.resnets\.0/, 'mid.block_1'],
  [/mid_block\.resnets\.1/, 'mid.block_2'],
  [/mid_block\.attentions\.0\.group_norm/, 'mid.attn_1.norm'],
  [/mid_block\.attentions\.0\.to_out\.0/, 'mid.attn_1.proj_out'],
  [/mid_block\.attentions\.0\.to_/, 'mid.attn_1.'],
  [/down_blocks\.(\d)\.resnets/, 'down.$1.block'],
  [/down_blocks\.(\d)\.downsamplers\.0/, 'down.$1.downsample'],
  [/up_blocks\.(\d)\.resnets/, (_, i) => `up.${3 - Number(i)}.block`],
  [/up_blocks\.(\d)\.upsamplers\.0/, (_, i) => `up.${3 - Number(i)}.upsample`],
]

const openClipRules: Rules = [
  [/^text_model\.embeddings\.token_embedding/, 'token_embedding'],
  [/^text_model\.embeddings\.position_embedding\.weight/, 'positional_embedding'],
  [/^text_model\.final_layer_norm/, 'ln_final'],
  [/^text_model\.encoder\.layers/, 'transformer.resblocks'],
  [/layer_norm/, 'ln_'],
  [/self_attn\.out_proj/, 'attn.out_proj'],
  [/self_attn\.[qkv]_proj\./, 'attn.in_proj_'],
  [/mlp\.fc1/, 'mlp.c_fc'],
  [/mlp\.fc2/, 'mlp.c_proj'],
]

export function prefixed(prefix: string, shapes: Layout): Shapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${prefix}.${name}`, shape]))
}

/** As the constructor of openaimodel.py's UNetModel makes them, in its order. */
function ldmUNet(kind: '1.5' | '2', widths = [320, 640, 1280, 1280]): Shapes {
  const context = kind === '2' ? 1024 : 768
  const first = widths[0]!
  const shapes: Shapes = {}
  const put = (name: string, weight: readonly number[], bias = true) => {
    shapes[`${name}.weight`] = weight
    if (bias) shapes[`${name}.bias`] = [weight[0]!]
  }
  const conv = (name: string, from: number, to: number, kernel = 3) => put(name, [to, from, kernel, kernel])
  const resBlock = (name: string, from: number, to: number) => {
    put(`${name}.in_layers.0`, [from])
    conv(`${name}.in_layers.2`, from, to)
    put(`${name}.emb_layers.1`, [to, 4 * first])
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

  put('time_embed.0', [4 * first, first])
  put('time_embed.2', [4 * first, 4 * first])
  conv('input_blocks.0.0', 9, first)
  const skips = [first]
  let width = first
  let index = 1
  for (const [level, wanted] of widths.entries()) {
    for (let layer = 0; layer < 2; layer++) {
      resBlock(`input_blocks.${index}.0`, width, wanted)
      width = wanted
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
  for (const [level, wanted] of [...widths.entries()].reverse()) {
    for (let layer = 0; layer < 3; layer++) {
      resBlock(`output_blocks.${index}.0`, width + skips.pop()!, wanted)
      width = wanted
      if (attends(level)) spatialTransformer(`output_blocks.${index}.1`, width)
      if (level > 0 && layer === 2)
        conv(`output_blocks.${index}.${attends(level) ? 2 : 1}.conv`, width, width)
      index++
    }
  }
  put('out.0', [first])
  conv('out.2', first, 4)
  return shapes
}

/** As those of model.py's Encoder and Decoder, and autoencoder.py's AutoencoderKL. */
function ldmVae(widths = [128, 256, 512, 512]): Shapes {
  const [first, deepest] = [widths[0]!, widths.at(-1)!]
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
    resnetBlock(`${name}.mid.block_1`, deepest, deepest)
    put(`${name}.mid.attn_1.norm`, [deepest])
    for (const part of ['q', 'k', 'v', 'proj_out']) conv(`${name}.mid.attn_1.${part}`, deepest, deepest, 1)
    resnetBlock(`${name}.mid.block_2`, deepest, deepest)
  }

  conv('encoder.conv_in', 3, first)
  for (const [level, width] of widths.entries()) {
    for (let block = 0; block < 2; block++) {
      const from = block === 0 ? widths[Math.max(level - 1, 0)]! : width
      resnetBlock(`encoder.down.${level}.block.${block}`, from, width)
    }
    if (level < 3) conv(`encoder.down.${level}.downsample.conv`, width, width)
  }
  mid('encoder')
  put('encoder.norm_out', [deepest])
  conv('encoder.conv_out', deepest, 8)
  conv('decoder.conv_in', 4, deepest)
  mid('decoder')
  for (const [level, width] of widths.entries()) {
    for (let block = 0; block < 3; block++) {
      const from = block === 0 ? widths[Math.min(level + 1, 3)]! : width
      resnetBlock(`decoder.up.${level}.block.${block}`, from, width)
    }
    if (level > 0) conv(`decoder.up.${level}.upsample.conv`, width, width)
  }
  put('decoder.norm_out', [first])
  conv('decoder.conv_out', first, 3)
  conv('quant_conv', 8, 8, 1)
  conv('post_quant_conv', 4, 4, 1)
  return shapes
}

/** The text tower of open_clip's ViT-H/14, with all of its 24 layers. */
export function openClip({ layers = 24, inner = 4096, vocabulary = 49408 } = {}): Shapes {
  const shapes: Shapes = {
    positional_embedding: [77, 1024],
    text_projection: [1024, 1024],
    logit_scale: [],
    'token_embedding.weight': [vocabulary, 1024],
    'ln_final.weight': [1024],
    'ln_final.bias': [1024],
  }
  for (let layer = 0; layer < layers; layer++) {
    const at = `transformer.resblocks.${layer}`
    for (const norm of ['ln_1', 'ln_2']) {
      shapes[`${at}.${norm}.weight`] = [1024]
      shapes[`${at}.${norm}.bias`] = [1024]
    }
    shapes[`${at}.attn.in_proj_weight`] = [3072, 1024]
    shapes[`${at}.attn.in_proj_bias`] = [3072]
    shapes[`${at}.attn.out_proj.weight`] = [1024, 1024]
    shapes[`${at}.attn.out_proj.bias`] = [1024]
    shapes[`${at}.mlp.c_fc.weight`] = [inner, 1024]
    shapes[`${at}.mlp.c_fc.bias`] = [inner]
    shapes[`${at}.mlp.c_proj.weight`] = [1024, inner]
    shapes[`${at}.mlp.c_proj.bias`] = [1024]
  }
  return shapes
}
