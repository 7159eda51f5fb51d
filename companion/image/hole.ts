import type { Image, Mask } from './image.ts'

/** The image with what `fill` has wherever the mask is not 0. All are of one size. */
export function withHole(image: Image, mask: Mask, fill: Image): Image {
  const data = image.data.slice()
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (mask.data[pixel] !== 0) data.set(fill.data.subarray(4 * pixel, 4 * pixel + 4), 4 * pixel)
  }
  return { ...image, data }
}
