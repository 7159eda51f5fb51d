import { readFileSync } from 'node:fs'
import {
  parseTextEncoderConfig,
  parseUNetConfig,
  parseVaeConfig,
} from '../../companion/diffusion/model-config.ts'
import { readCheckpoint } from '../../companion/store/checkpoint.ts'
import { bytesPerElement, type Checkpoint, denseStrides, type StoredTensor } from '../../models/checkpoint.ts'
import { referencePath } from './reference.ts'

export type TinyModel = 'sd15-tiny' | 'sd2-tiny'

/** A file below test/fixtures/reference/diffusion. */
export function diffusionPath(...names: readonly string[]): string {
  return referencePath('diffusion', ...names)
}

export async function tinyUNet(model: TinyModel) {
  return {
    checkpoint: await readCheckpoint(
      diffusionPath(model, 'unet', 'diffusion_pytorch_model.fp16.safetensors'),
    ),
    config: parseUNetConfig(readJson(diffusionPath(model, 'unet', 'config.json'))),
  }
}

export async function tinyVae(model: TinyModel) {
  const type = model === 'sd15-tiny' ? '.fp16' : ''
  return {
    checkpoint: await readCheckpoint(
      diffusionPath(model, 'vae', `diffusion_pytorch_model${type}.safetensors`),
    ),
    config: parseVaeConfig(readJson(diffusionPath(model, 'vae', 'config.json'))),
  }
}

/** Text encoders with a vocabulary of 500. */
export async function tinyTextEncoder(kind: 'sd15-quick-gelu' | 'sd2-gelu') {
  const file = kind === 'sd15-quick-gelu' ? 'model.safetensors' : 'model.fp16.safetensors'
  return {
    checkpoint: await readCheckpoint(diffusionPath('text-encoder', kind, file)),
    config: parseTextEncoderConfig(readJson(diffusionPath('text-encoder', kind, 'config.json'))),
  }
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Tensors of the published files, by name, without their bytes. */
export type Layout = Readonly<Record<string, readonly number[]>>

export function publishedLayout(
  name: 'sd15-unet' | 'sd2-unet' | 'sd15-vae' | 'sd15-text-encoder' | 'sd2-text-encoder',
): Layout {
  return readJson(diffusionPath('layouts', `${name}.json`)) as Layout
}

/** Tensors in float16 that lie one after the other in a file. */
export function checkpointOf(layout: Layout, file = '/model.safetensors'): Checkpoint {
  const checkpoint = new Map<string, StoredTensor>()
  let offset = 0
  for (const [name, shape] of Object.entries(layout)) {
    const dtype = name.endsWith('position_ids') ? 'int64' : 'float16'
    const byteLength = shape.reduce((product, size) => product * size, bytesPerElement[dtype])
    checkpoint.set(name, { dtype, shape, strides: denseStrides(shape), file, offset, byteLength })
    offset += byteLength
  }
  return checkpoint
}
