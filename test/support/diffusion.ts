import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  parseTextEncoderConfig,
  parseUNetConfig,
  parseVaeConfig,
} from '../../companion/diffusion/model-config.ts'
import type { TokenizerFiles } from '../../companion/diffusion/tokenizer.ts'
import { readCheckpoint } from '../../companion/store/checkpoint.ts'
import { bytesPerElement, type Checkpoint, denseStrides, type StoredTensor } from '../../models/checkpoint.ts'
import { referencePath } from './reference.ts'

export type TinyModel = 'sd15-tiny' | 'sd2-tiny'

/** A file below test/fixtures/reference/diffusion. */
export function diffusionPath(...names: readonly string[]): string {
  return referencePath('diffusion', ...names)
}

export function tinyUNet(model: TinyModel) {
  return unetAt(diffusionPath(model, 'unet'))
}

export async function unetAt(folder: string) {
  return {
    checkpoint: await readCheckpoint(join(folder, 'diffusion_pytorch_model.fp16.safetensors')),
    config: parseUNetConfig(readJson(join(folder, 'config.json'))),
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
  name:
    | 'sd15-unet'
    | 'sd2-unet'
    | 'sd15-vae'
    | 'sd15-text-encoder'
    | 'sd2-text-encoder'
    | 'powerpaint-v1-text-encoder',
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

/**
 * The files of CLIP's tokenizer. Its vocabulary follows from its merges: all bytes, all bytes at the end of a word, what
 * each merge makes, and two special tokens (OpenAI's simple_tokenizer.py).
 */
export function tokenizerFiles(padding: '!' | '<|endoftext|>'): TokenizerFiles {
  const merges = gunzipSync(readFileSync(diffusionPath('tokenizer', 'merges.txt.gz'))).toString('utf8')
  const [, ...pairs] = merges.split('\n').filter((line) => line !== '')
  const bytes = byteLetters()
  const tokens = [
    ...bytes,
    ...bytes.map((letter) => `${letter}</w>`),
    ...pairs.map((pair) => pair.replace(' ', '')),
    '<|startoftext|>',
    '<|endoftext|>',
  ]
  return {
    vocabulary: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
    specialTokens: { pad_token: padding },
  }
}

/** A letter for each byte: those that print stand for themselves, all others for letters from Ā on. */
function byteLetters(): string[] {
  const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const printed = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)]
  const others = range(0, 255).filter((byte) => !printed.includes(byte))
  return String.fromCharCode(...printed, ...others.map((_, i) => 0x100 + i)).split('')
}

/** A tiny model as a whole folder in diffusers layout, put together in `folder`. */
export function tinyFolder(model: TinyModel, folder: string): string {
  cpSync(diffusionPath(model), folder, { recursive: true })
  const { vocabulary, merges } = tokenizerFiles('!')
  writeFileSync(join(folder, 'tokenizer', 'vocab.json'), JSON.stringify(vocabulary))
  writeFileSync(join(folder, 'tokenizer', 'merges.txt'), merges)
  return folder
}

/** Ids as reference files write them: a last entry "V*N" stands for N times V. */
export function goldenIds(ids: readonly (number | string)[]): number[] {
  return ids.flatMap((id) => {
    if (typeof id === 'number') return [id]
    const [value, times] = id.split('*').map(Number) as [number, number]
    return Array<number>(times).fill(value)
  })
}
