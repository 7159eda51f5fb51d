import type { Mask, Size } from '../image/image.ts'
import type { Samples } from '../image/samples.ts'
import type { DenoiseRun } from './denoise.ts'
import { type InpaintModel, type InpaintRequest, inpaint } from './inpaint.ts'
import { cropAndFill, cropRegion, overlay } from './padding-crop.ts'
import { resizeAsPillow } from './pillow.ts'
import { samplesFromTensor, tensorFromMask, tensorFromSamples } from './preprocess.ts'

export interface RawRequest extends Omit<InpaintRequest, 'picture' | 'mask'> {
  /** RGB, of any size. */
  readonly image: Samples
  /** As large as the image; 128 and more = fill. */
  readonly mask: Mask
  /** What the model works at: multiples of 8. The image is stretched to it. */
  readonly size: Size
  /** Only the hole and so many pixels around it are worked on, and laid over the image again. Null: the whole. */
  readonly paddingMaskCrop: number | null
}

/**
 * What diffusers' `StableDiffusionInpaintPipeline` returns for an image and a mask, with nothing of ours around it: RGB, of
 * the size the model worked at, or with `paddingMaskCrop` of the image's own.
 */
export async function inpaintRaw(
  model: InpaintModel,
  { image, mask, paddingMaskCrop, ...request }: RawRequest,
  run: DenoiseRun,
): Promise<Samples[]> {
  const { size } = request
  const region = paddingMaskCrop === null ? null : cropRegion(mask, size, paddingMaskCrop)
  const prepare = (samples: Samples) =>
    region === null ? resizeAsPillow(samples, size, 'lanczos') : cropAndFill(samples, region, size)
  const picture = tensorFromSamples(prepare(image))
  const made = await inpaint(model, { ...request, picture, mask: tensorFromMask(prepare(mask)) }, run)
  const pictures = made.map((tensor) => samplesFromTensor(tensor, size))
  return region === null ? pictures : pictures.map((result) => overlay(image, mask, result, region))
}
