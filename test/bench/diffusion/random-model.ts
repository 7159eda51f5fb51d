import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  diffusionPath,
  type Layout,
  publishedLayout,
  readJson,
  tokenizerFiles,
} from '../../support/diffusion.ts'
import { wholeModelLayout } from '../../support/whole-model.ts'
import { writeRandomWeights } from '../random-weights.ts'

/**
 * Writes a Stable Diffusion of full size with random weights: the published names, shapes, types and configurations in
 * diffusers layout, 2.1 GB for 1.5 and 2.6 GB for 2.
 *
 * @param parts Those whose weights are written.
 * @returns what names it: the folder
 */
export function writeRandomModel(
  folder: string,
  version: '1.5' | '2',
  parts: readonly string[] = ['unet', 'text_encoder', 'vae'],
): string {
  const prefix = version === '2' ? 'sd2' : 'sd15'
  const layouts = {
    'unet/diffusion_pytorch_model.fp16.safetensors': publishedLayout(`${prefix}-unet`),
    'text_encoder/model.fp16.safetensors': weightsOf(publishedLayout(`${prefix}-text-encoder`)),
    'vae/diffusion_pytorch_model.fp16.safetensors': publishedLayout('sd15-vae'),
  }
  for (const [name, layout] of Object.entries(layouts)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    if (parts.includes(dirname(name))) writeRandomWeights(join(folder, name), layout, 'float16')
  }
  const tiny = (part: string, file: string) => readJson(diffusionPath(`${prefix}-tiny`, part, file)) as object
  for (const [part, widths] of Object.entries(fullSize[version])) {
    writeJson(join(folder, part, 'config.json'), { ...tiny(part, 'config.json'), ...widths })
  }
  const scheduler = 'scheduler_config.json'
  mkdirSync(join(folder, 'scheduler'))
  writeJson(join(folder, 'scheduler', scheduler), tiny('scheduler', scheduler))
  writeTokenizer(join(folder, 'tokenizer'), version)
  return folder
}

/**
 * The same in one file, as the original authors publish it, in float32: 4.3 GB for 1.5 and 5.2 GB for 2.
 *
 * @returns what names it: the file
 */
export function writeRandomFile(folder: string, version: '1.5' | '2'): string {
  const file = join(folder, 'whole-model.safetensors')
  writeRandomWeights(file, weightsOf(wholeModelLayout(version)), 'float32')
  writeTokenizer(join(folder, 'tokenizer'), version)
  return file
}

/**
 * PowerPaint's two files as its authors published them, in float32, 3.9 GB, beside the rest of Stable Diffusion 1.5.
 *
 * @returns what names it: the folder
 */
export function writeRandomPowerPaint(folder: string): string {
  writeRandomModel(folder, '1.5', ['vae'])
  writeRandomWeights(join(folder, 'unet', 'unet.safetensors'), publishedLayout('sd15-unet'), 'float32')
  const textEncoder = join(folder, 'text_encoder', 'text_encoder.safetensors')
  writeRandomWeights(textEncoder, publishedLayout('powerpaint-v1-text-encoder'), 'float32')
  return folder
}

/** What differs from the tiny models' configurations. */
const fullSize = {
  '1.5': {
    unet: { ...unetOf(768), attention_head_dim: 8 },
    text_encoder: textEncoderOf(768, 12, 12),
    vae: vae(),
  },
  '2': {
    unet: { ...unetOf(1024), attention_head_dim: [5, 10, 20, 20] },
    text_encoder: textEncoderOf(1024, 16, 23),
    vae: vae(),
  },
}

function unetOf(contextWidth: number): object {
  return {
    block_out_channels: [320, 640, 1280, 1280],
    cross_attention_dim: contextWidth,
    norm_num_groups: 32,
  }
}

function textEncoderOf(width: number, heads: number, layers: number): object {
  return {
    hidden_size: width,
    intermediate_size: 4 * width,
    num_attention_heads: heads,
    num_hidden_layers: layers,
    projection_dim: width,
    // JSON.stringify writes 1.0 as 1, which transformers takes for none of its fractions: they are left to their defaults.
    ...{ initializer_factor: undefined, attention_dropout: undefined, dropout: undefined },
  }
}

function vae(): object {
  return { block_out_channels: [128, 256, 512, 512], norm_num_groups: 32 }
}

/** Ids of positions are no weights. */
function weightsOf(layout: Layout): Layout {
  return Object.fromEntries(Object.entries(layout).filter(([name]) => !name.endsWith('position_ids')))
}

function writeTokenizer(folder: string, version: '1.5' | '2'): void {
  const { vocabulary, merges } = tokenizerFiles('!')
  const [bos_token, eos_token] = ['<|startoftext|>', '<|endoftext|>']
  const special = { bos_token, eos_token, unk_token: eos_token, pad_token: version === '2' ? '!' : eos_token }
  mkdirSync(folder)
  writeJson(join(folder, 'vocab.json'), vocabulary as object)
  writeFileSync(join(folder, 'merges.txt'), merges)
  writeJson(join(folder, 'special_tokens_map.json'), special)
  const settings = { ...special, do_lower_case: true, model_max_length: 77, tokenizer_class: 'CLIPTokenizer' }
  writeJson(join(folder, 'tokenizer_config.json'), settings)
}

function writeJson(file: string, contents: object): void {
  writeFileSync(file, JSON.stringify(contents))
}
