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

export function prefixed(prefix: string, shapes: Layout): Shapes {
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
export function openClip(): Shapes {
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
