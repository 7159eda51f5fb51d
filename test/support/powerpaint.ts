import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mode } from '../../companion/engines/powerpaint/prompts.ts'
import type { Mask } from '../../companion/image/image.ts'
import type { Samples } from '../../companion/image/samples.ts'
import { readCheckpoint } from '../../companion/store/checkpoint.ts'
import { firstTaskId, tokensPerTaskWord } from '../../models/powerpaint/task-words.ts'
import { diffusionPath, readJson, tinyFolder } from './diffusion.ts'
import { readReference, type Values } from './reference.ts'
import { referencePicture } from './reference-picture.ts'
import { writeSafetensors } from './safetensors.ts'

/** One call of PowerPaint's own pipeline that the reference numbers were made by. */
export interface PowerPaintCall {
  readonly name: string
  readonly mode: Mode
  readonly prompt: string
  readonly negativePrompt: string
  /** What its `add_task` made of them. */
  readonly prompts: Readonly<Record<'A' | 'B' | 'negA' | 'negB', string>>
  readonly fitting: number
  readonly steps: number
  readonly guidance: number
  readonly width: number
  readonly height: number
  readonly seed: number
  /** How far the latents go when every random number is off by 1e-6. */
  readonly sensitivity: number
}

export const powerPaintCalls = readJson(
  diffusionPath('powerpaint', 'cases.json'),
) as readonly PowerPaintCall[]

/** Its numbers, the picture and mask that it was given, and the picture that it gave. */
export async function powerPaintReference({ name, width, height, seed }: PowerPaintCall): Promise<{
  readonly reference: (name: string) => Values
  readonly image: Samples
  readonly mask: Mask
  readonly made: Samples
}> {
  const reference = await readReference(diffusionPath('powerpaint', `${name}.safetensors`))
  const bytes = (tensor: string) => Uint8Array.from(reference(tensor).data)
  return {
    reference,
    image: referencePicture(width, height, seed),
    mask: { width, height, data: bytes('mask') },
    made: { width, height, data: bytes('images') },
  }
}

/**
 * The tiny model as a whole folder in diffusers layout, put together in `folder`.
 *
 * @param layout original: the two files as the authors wrote them, beside Stable Diffusion's · repacked: as others have
 * written them again, in the usual names, with the task words at the end of the vocabulary.
 */
export async function powerPaintFolder(folder: string, layout: 'original' | 'repacked'): Promise<string> {
  tinyFolder('sd15-tiny', folder)
  const unet = diffusionPath('powerpaint-v1-tiny', 'unet', 'unet.safetensors')
  const textEncoder = await tinyTextEncoder()
  if (layout === 'original') {
    copyFileSync(unet, join(folder, 'unet', 'unet.safetensors'))
    writeSafetensors(join(folder, 'text_encoder', 'text_encoder.safetensors'), textEncoder)
    return folder
  }
  rmSync(join(folder, 'unet', 'diffusion_pytorch_model.fp16.safetensors'))
  rmSync(join(folder, 'text_encoder', 'model.fp16.safetensors'))
  copyFileSync(unet, join(folder, 'unet', 'diffusion_pytorch_model.safetensors'))
  writeSafetensors(join(folder, 'text_encoder', 'model.safetensors'), repacked(textEncoder))
  writeFileSync(join(folder, 'tokenizer', 'added_tokens.json'), JSON.stringify(addedTokens()))
  return folder
}

/** The text encoder alone, as the authors wrote it. */
export async function powerPaintTextEncoder(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'text_encoder.safetensors')
  writeSafetensors(path, await tinyTextEncoder())
  return path
}

const embeddings = 'text_model.embeddings.token_embedding'

type Tensors = Readonly<Record<string, Values>>

/** With CLIP's whole table, in which only the rows of the reference calls' words are not zero. */
async function tinyTextEncoder(): Promise<Tensors> {
  const file = diffusionPath('powerpaint-v1-tiny', 'text_encoder.safetensors')
  const stored = await readReference(file)
  const names = [...(await readCheckpoint(file)).keys()].filter((name) => !name.startsWith('rows.'))
  const { shape, data } = stored('rows.weight')
  const width = shape[1]!
  const table = new Float32Array(firstTaskId * width)
  stored('rows.id').data.forEach((id, row) => {
    table.set(data.subarray(row * width, (row + 1) * width), id * width)
  })
  return {
    ...Object.fromEntries(names.map((name) => [name, stored(name)])),
    [`${embeddings}.wrapped.weight`]: { shape: [firstTaskId, width], data: table },
  }
}

/** Not the order of the authors' ids, so that the file that says them must be read. */
const repackedWords = ['P_obj', 'P_ctxt', 'P_shape'] as const

function repacked(textEncoder: Tensors): Tensors {
  const learned = repackedWords.map((word) => `${embeddings}.trainable_embeddings.${word}`)
  const tables = [`${embeddings}.wrapped.weight`, ...learned]
  const others = Object.entries(textEncoder).filter(([name]) => !tables.includes(name))
  const rows = tables.flatMap((name) => [textEncoder[name]!])
  const width = rows[0]!.shape[1]!
  const data = new Float32Array(rows.reduce((sum, { data: { length } }) => sum + length, 0))
  let at = 0
  for (const table of rows) {
    data.set(table.data, at)
    at += table.data.length
  }
  return {
    ...Object.fromEntries(others),
    [`${embeddings}.weight`]: { shape: [data.length / width, width], data },
  }
}

function addedTokens(): Readonly<Record<string, number>> {
  const tokens = repackedWords.flatMap((word) =>
    Array.from({ length: tokensPerTaskWord }, (_, index) => `${word}_${index}`),
  )
  return Object.fromEntries(tokens.map((token, index) => [token, firstTaskId + index]))
}
