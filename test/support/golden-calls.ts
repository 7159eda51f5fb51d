import type { SchedulerId } from '../../companion/diffusion/schedulers/index.ts'
import type { Mask } from '../../companion/image/image.ts'
import type { Samples } from '../../companion/image/samples.ts'
import { diffusionPath, readJson, type TinyModel } from './diffusion.ts'
import { readReference } from './reference.ts'
import { referencePicture } from './reference-picture.ts'

/** One call of `StableDiffusionInpaintPipeline` that the reference pictures were made by. */
export interface GoldenCall {
  readonly name: string
  readonly model: TinyModel
  readonly scheduler: SchedulerId
  readonly seed: number
  readonly arguments: {
    readonly num_inference_steps: number
    readonly guidance_scale: number
    readonly width: number
    readonly height: number
    readonly strength?: number
    readonly eta?: number
    readonly padding_mask_crop?: number
    readonly num_images_per_prompt?: number
  }
  /** How far the latents go when every random number is off by 1e-6. */
  readonly sensitivity: number
  readonly picture: { readonly width: number; readonly height: number }
}

export const goldenCalls = readJson(diffusionPath('pipeline', 'cases.json')) as readonly GoldenCall[]

/** Of every call. */
export const goldenWords = { prompt: 'a red chair in a sunny room!', negativePrompt: 'blurry, low quality' }

/** What the pipeline was given, and the pictures that it gave: RGB. */
export async function goldenPictures({ name, picture, seed }: GoldenCall): Promise<{
  readonly image: Samples
  readonly mask: Mask
  readonly made: readonly Samples[]
}> {
  const reference = await readReference(diffusionPath('pipeline', `${name}.safetensors`))
  const { shape, data } = reference('images')
  const [count, height, width] = shape as readonly [number, number, number]
  const length = 3 * width * height
  return {
    image: referencePicture(picture.width, picture.height, seed),
    mask: { ...picture, data: Uint8Array.from(reference('mask').data) },
    made: Array.from({ length: count }, (_, i) => ({
      ...{ width, height },
      data: Uint8Array.from(data.slice(i * length, (i + 1) * length)),
    })),
  }
}

/** The call's arguments, as our options are called. */
export function optionsOf({ scheduler, arguments: given }: GoldenCall) {
  const { padding_mask_crop: paddingMaskCrop, strength, eta, width, height } = given
  return {
    ...{ scheduler, steps: given.num_inference_steps, guidance: given.guidance_scale, width, height },
    ...(strength === undefined ? {} : { strength }),
    ...(eta === undefined ? {} : { eta }),
    ...(paddingMaskCrop === undefined ? {} : { paddingMaskCrop }),
  }
}

/** How far two lists of numbers are apart at most. NaN is within no distance. */
export function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Expected ${b.length} numbers but received ${a.length}.`)
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}
