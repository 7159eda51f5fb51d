import { type Image, type Mask, maskThreshold, type Size } from '../image/image.ts'
import type { Samples } from '../image/samples.ts'
import { roundHalfToEven } from './schedulers/noise-schedule.ts'

/*
 * Between pictures of bytes and the tensors that networks take: diffusers' `VaeImageProcessor`.
 */

/** Pixels to a side of what stands for them in the latents. */
export const latentScale = 8

/** RGB [H, W, 3], 0..255 -> [3, H, W], -1..1. */
export function tensorFromSamples({ data, width, height }: Samples): Float32Array {
  const pixels = width * height
  const tensor = new Float32Array(3 * pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      tensor[channel * pixels + pixel] = 2 * Math.fround(data[3 * pixel + channel]! / 255) - 1
    }
  }
  return tensor
}

/** [3, H, W], -1..1, of which what lies outside is cut off -> RGB [H, W, 3], 0..255. */
export function samplesFromTensor(tensor: Float32Array, { width, height }: Size): Samples {
  const pixels = width * height
  const data = new Uint8Array(3 * pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = Math.fround(tensor[channel * pixels + pixel]! * 0.5 + 0.5)
      data[3 * pixel + channel] = roundHalfToEven(Math.fround(Math.max(0, Math.min(1, value)) * 255))
    }
  }
  return { width, height, data }
}

/** RGBA -> RGB, whatever the alpha. */
export function samplesFromImage({ data, width, height }: Image): Samples {
  const rgb = new Uint8Array(3 * width * height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgb[3 * pixel + channel] = data[4 * pixel + channel]!
  }
  return { width, height, data: rgb }
}

/** RGB -> RGBA, opaque. */
export function imageFromSamples({ data, width, height }: Samples): Image {
  const rgba = new Uint8Array(4 * width * height).fill(255)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgba[4 * pixel + channel] = data[3 * pixel + channel]!
  }
  return { width, height, data: rgba }
}

/** A mask [H, W], 128 and more = fill -> [1, H, W], 1 = fill, else 0. */
export function tensorFromMask({ data }: Mask): Float32Array {
  const tensor = new Float32Array(data.length)
  for (let pixel = 0; pixel < data.length; pixel++) tensor[pixel] = data[pixel]! >= maskThreshold ? 1 : 0
  return tensor
}

/** The picture [3, H, W] with the hole 0, which is grey. */
export function maskPicture(picture: Float32Array, mask: Float32Array): Float32Array {
  return picture.map((value, i) => (mask[i % mask.length]! < 0.5 ? value : 0))
}

/** The mask [1, H, W] at the size of the latents, the first pixel of each 8 × 8: interpolate with mode="nearest". */
export function maskOfLatents(mask: Float32Array, { width, height }: Size): Float32Array {
  const [columns, rows] = [width / latentScale, height / latentScale]
  return Float32Array.from({ length: columns * rows }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return mask[row * latentScale * width + column * latentScale]!
  })
}
