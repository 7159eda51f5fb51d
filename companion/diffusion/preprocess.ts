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
  return Float32Array.from({ length: 3 * pixels }, (_, i) => {
    const [channel, pixel] = [Math.floor(i / pixels), i % pixels]
    return 2 * Math.fround(data[pixel * 3 + channel]! / 255) - 1
  })
}

/** [3, H, W], -1..1, of which what lies outside is cut off -> RGB [H, W, 3], 0..255. */
export function samplesFromTensor(tensor: Float32Array, { width, height }: Size): Samples {
  const pixels = width * height
  const data = Uint8Array.from({ length: 3 * pixels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3]
    const value = Math.fround(tensor[channel * pixels + pixel]! * 0.5 + 0.5)
    return roundHalfToEven(Math.fround(Math.max(0, Math.min(1, value)) * 255))
  })
  return { width, height, data }
}

/** RGBA -> RGB, whatever the alpha. */
export function samplesFromImage({ data, width, height }: Image): Samples {
  const rgb = Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!,
  )
  return { width, height, data: rgb }
}

/** RGB -> RGBA, opaque. */
export function imageFromSamples({ data, width, height }: Samples): Image {
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : data[Math.floor(i / 4) * 3 + (i % 4)]!,
  )
  return { width, height, data: rgba }
}

/** A mask [H, W], 128 and more = fill -> [1, H, W], 1 = fill, else 0. */
export function tensorFromMask({ data }: Mask): Float32Array {
  return Float32Array.from(data, (value) => (value >= maskThreshold ? 1 : 0))
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
