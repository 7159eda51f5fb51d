import { type Checkpoint, denseStrides, type StoredTensor } from '../checkpoint.ts'
import { GraphError } from '../onnx/graph.ts'
import { type StableDiffusionConfig, stableDiffusion2, stableDiffusion15 } from './config.ts'

/** The three networks of a model, each by the names that diffusers gives its tensors, and what they are. */
export interface StableDiffusionParts {
  readonly unet: Checkpoint
  readonly textEncoder: Checkpoint
  readonly vae: Checkpoint
  readonly config: StableDiffusionConfig
}

/**
 * Takes a model in one file apart: `512-inpainting-ema.safetensors`, `sd-v1-5-inpainting.ckpt` and checkpoints trained from
 * them. Names after ldm/modules/diffusionmodules/{openaimodel,model}.py (CompVis/latent-diffusion), ldm/modules/encoders
 * and open_clip/transformer.py. Copies of the weights for training (model_ema) are left out.
 *
 * @throws GraphError where it is no such file.
 */
export function splitWholeModel(checkpoint: Checkpoint): StableDiffusionParts {
  const unet = renamed(checkpoint, unetPrefix, unetName)
  if (unet.size === 0) {
    throw new GraphError(`Expected a whole model in one file, but no tensor is called ${unetPrefix}…`)
  }
  const openClip = renamed(checkpoint, openClipPrefix, (name) => name)
  const isSecond = openClip.size > 0
  return {
    unet,
    textEncoder: isSecond ? clipFromOpenClip(openClip) : renamed(checkpoint, clipPrefix, (name) => name),
    vae: renamed(checkpoint, vaePrefix, vaeName),
    config: isSecond ? stableDiffusion2 : stableDiffusion15,
  }
}

const unetPrefix = 'model.diffusion_model.'
const vaePrefix = 'first_stage_model.'
const clipPrefix = 'cond_stage_model.transformer.'
const openClipPrefix = 'cond_stage_model.model.'

/** Training checkpoints hold the weights under state_dict. */
function afterPrefix(name: string, prefix: string): string | null {
  const bare = name.startsWith('state_dict.') ? name.slice('state_dict.'.length) : name
  return bare.startsWith(prefix) ? bare.slice(prefix.length) : null
}

function renamed(checkpoint: Checkpoint, prefix: string, rename: (name: string) => string): Checkpoint {
  const found = new Map<string, StoredTensor>()
  for (const [name, tensor] of checkpoint) {
    const rest = afterPrefix(name, prefix)
    if (rest !== null) found.set(rename(rest), tensor)
  }
  return found
}

/** UNetModel -> UNet2DConditionModel. Its lists of blocks have three places a level: two layers, and one to change the size. */
function unetName(name: string): string {
  const [block, index, place, ...rest] = name.split('.')
  const inner = rest.join('.')
  if (block === 'time_embed') return `time_embedding.linear_${index === '0' ? 1 : 2}.${place}`
  if (block === 'out') return `${index === '0' ? 'conv_norm_out' : 'conv_out'}.${place}`
  if (block === 'middle_block') {
    const within = [place, inner].filter((part) => part !== '').join('.')
    if (index === '1') return `mid_block.attentions.0.${within}`
    return `mid_block.resnets.${index === '0' ? 0 : 1}.${resnetName(within)}`
  }
  if (block === 'input_blocks') {
    if (index === '0') return `conv_in.${inner}`
    const [level, layer] = levelAndLayer(Number(index) - 1)
    if (inner.startsWith('op.'))
      return `down_blocks.${level}.downsamplers.0.conv.${inner.slice('op.'.length)}`
    return layerName(`down_blocks.${level}`, layer, place!, inner)
  }
  const [level, layer] = levelAndLayer(Number(index))
  if (inner.startsWith('conv.')) return `up_blocks.${level}.upsamplers.0.${inner}`
  return layerName(`up_blocks.${level}`, layer, place!, inner)
}

function levelAndLayer(index: number): [level: number, layer: number] {
  return [Math.floor(index / 3), index % 3]
}

function layerName(block: string, layer: number, place: string, inner: string): string {
  return place === '0'
    ? `${block}.resnets.${layer}.${resnetName(inner)}`
    : `${block}.attentions.${layer}.${inner}`
}

/** ResBlock -> ResnetBlock2D. */
function resnetName(name: string): string {
  return name.replace(/^.*(?=\.\w+$)/, (module) => resnetNames.get(module) ?? module)
}

const resnetNames = new Map([
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
])

/** Encoder and Decoder -> those of AutoencoderKL, which counts the decoder's four levels from the coarsest. */
function vaeName(name: string): string {
  return name
    .replace(/^encoder\.down\.(\d)\.block\./, 'encoder.down_blocks.$1.resnets.')
    .replace(/^encoder\.down\.(\d)\.downsample\./, 'encoder.down_blocks.$1.downsamplers.0.')
    .replace(/^decoder\.up\.(\d)\.block\./, (_, level) => `decoder.up_blocks.${3 - level}.resnets.`)
    .replace(/^decoder\.up\.(\d)\.upsample\./, (_, level) => `decoder.up_blocks.${3 - level}.upsamplers.0.`)
    .replace('.nin_shortcut.', '.conv_shortcut.')
    .replace(/\.mid\.block_(\d)\./, (_, number) => `.mid_block.resnets.${number - 1}.`)
    .replace('.mid.attn_1.norm.', '.mid_block.attentions.0.group_norm.')
    .replace('.mid.attn_1.proj_out.', '.mid_block.attentions.0.to_out.0.')
    .replace(/\.mid\.attn_1\.([qkv])\./, '.mid_block.attentions.0.to_$1.')
    .replace('.norm_out.', '.conv_norm_out.')
}

/**
 * open_clip's text tower -> transformers' CLIPTextModel. The last layer is left out: Stable Diffusion 2 was trained on what
 * comes before it.
 */
function clipFromOpenClip(checkpoint: Checkpoint): Checkpoint {
  const layers = [...checkpoint.keys()].map((name) =>
    Number(/^transformer\.resblocks\.(\d+)\./.exec(name)?.[1] ?? -1),
  )
  const last = Math.max(...layers)
  const found = new Map<string, StoredTensor>()
  for (const [name, tensor] of checkpoint) {
    const [, layer, inner] = /^transformer\.resblocks\.(\d+)\.(.*)$/.exec(name) ?? []
    const outer = outerNames.get(name)
    if (outer !== undefined) found.set(`text_model.${outer}`, tensor)
    if (layer === undefined || Number(layer) === last) continue
    const at = `text_model.encoder.layers.${layer}.`
    const [, kind] = /^attn\.in_proj_(weight|bias)$/.exec(inner!) ?? []
    if (kind === undefined) {
      found.set(at + blockName(inner!), tensor)
      continue
    }
    for (const [i, third] of thirds(tensor).entries())
      found.set(`${at}self_attn.${'qkv'[i]}_proj.${kind}`, third)
  }
  return found
}

const outerNames = new Map([
  ['token_embedding.weight', 'embeddings.token_embedding.weight'],
  ['positional_embedding', 'embeddings.position_embedding.weight'],
  ['ln_final.weight', 'final_layer_norm.weight'],
  ['ln_final.bias', 'final_layer_norm.bias'],
])

/** ResidualAttentionBlock -> CLIPEncoderLayer. */
function blockName(name: string): string {
  return name
    .replace(/^ln_(\d)\./, 'layer_norm$1.')
    .replace(/^attn\.out_proj\./, 'self_attn.out_proj.')
    .replace(/^mlp\.c_fc\./, 'mlp.fc1.')
    .replace(/^mlp\.c_proj\./, 'mlp.fc2.')
}

/** Query, key and value projections lie one below the other: [3D, ...] -> three of [D, ...], in the same bytes. */
function thirds(tensor: StoredTensor): StoredTensor[] {
  const [rows, ...rest] = tensor.shape as readonly [number, ...number[]]
  const shape = [rows / 3, ...rest]
  const byteLength = tensor.byteLength / 3
  return [0, 1, 2].map((i) => ({
    ...tensor,
    shape,
    strides: denseStrides(shape),
    offset: tensor.offset + i * byteLength,
    byteLength,
  }))
}
