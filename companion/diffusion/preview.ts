import { createImage, type Image, type Size } from '../image/image.ts'

/**
 * A small picture of what latents will come to, one pixel for each 8 × 8, without the decoder: a linear map from their four
 * channels to red, green and blue, as keturn fitted it to pictures of Stable Diffusion 1.4
 * (https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204/2). 2 has latents of the same kind.
 *
 * @param latents [4, h, w], as the UNet knows them.
 */
export function previewOf(latents: Float32Array, { width, height }: Size): Image {
  const preview = createImage(width, height)
  const pixels = width * height
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      const value = toRgb.reduce(
        (sum, factors, channel) => sum + factors[colour]! * latents[channel * pixels + pixel]!,
        0,
      )
      preview.data[pixel * 4 + colour] = Math.round(Math.max(0, Math.min(1, (value + 1) / 2)) * 255)
    }
    preview.data[pixel * 4 + 3] = 255
  }
  return preview
}

/** For each channel of the latents, how much of it is red, green and blue. */
const toRgb = [
  [0.298, 0.207, 0.208],
  [0.187, 0.286, 0.173],
  [-0.158, 0.189, 0.264],
  [-0.184, -0.271, -0.473],
] as const
