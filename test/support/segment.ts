import { readFileSync } from 'node:fs'
import { decodeImage, decodeMask } from '../../companion/image/codec.ts'
import type { Image, Mask, Size } from '../../companion/image/image.ts'
import type { Prompt, SelectMeans } from '../../companion/select/selector.ts'
import { referencePath } from './reference.ts'

/** A file below test/fixtures/reference/segment. */
export function segmentPath(...names: readonly string[]): string {
  return referencePath('segment', ...names)
}

/** The stand-ins, installed as SAM 2.1. */
export const standInFiles: SelectMeans['files'] = async () =>
  new Map(
    ['vision_encoder', 'prompt_encoder_mask_decoder'].flatMap((part) =>
      ['onnx', 'onnx_data'].map((kind) => [`${part}.${kind}`, segmentPath('onnx', `${part}.${kind}`)]),
    ),
  )

export const promptNames = [
  'one-click',
  'two-clicks',
  'click-and-minus',
  'corner-click',
  'last-pixel',
  'box',
  'box-and-minus',
  'only-minus',
] as const
export type PromptName = (typeof promptNames)[number]

export async function referencePicture(): Promise<Image> {
  return (await decodeImage(readFileSync(segmentPath('small', 'image.png')), { orientation: 'none' })).image
}

/** Of the reference picture. */
export function referencePrompt(name: PromptName): Prompt {
  const { prompts } = JSON.parse(readFileSync(segmentPath('small', 'case.json'), 'utf8')) as Cases
  const { points = [], labels = [], box } = prompts[name]!
  return {
    points: points.map(([x, y], i) => ({ x, y, include: labels[i] === 1 })),
    box: box === undefined ? null : { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] },
  }
}

/** What is selected in the reference picture, without a refined outline. */
export function referenceMask(name: PromptName, image: Size): Promise<Mask> {
  return decodeMask(
    readFileSync(segmentPath('small', `${name}.mask.png`)),
    image,
    'mask',
    new AbortController().signal,
  )
}

interface Cases {
  readonly prompts: Readonly<
    Record<
      string,
      {
        readonly points?: readonly (readonly [number, number])[]
        readonly labels?: readonly number[]
        readonly box?: readonly [number, number, number, number]
      }
    >
  >
}
