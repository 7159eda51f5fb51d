import type { Image, Mask } from '../../companion/image/image.ts'

/** The picture with what the mask marks in a colour that it has nowhere else. */
export function withMagentaHole(image: Image, mask: Mask): Image {
  const data = image.data.slice()
  for (const [pixel, value] of mask.data.entries()) {
    if (value === 255) data.set([255, 0, 255], 4 * pixel)
  }
  return { ...image, data }
}

/** How many there are in a picture [3, H, W], -1..1. */
export function magentaPixels(picture: Float32Array): number {
  const pixels = picture.length / 3
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    picture.subarray(channel * pixels, (channel + 1) * pixels),
  ) as [Float32Array, Float32Array, Float32Array]
  return red.filter((value, pixel) => value > 0.8 && green[pixel]! < -0.8 && blue[pixel]! > 0.8).length
}
