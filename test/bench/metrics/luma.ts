import type { Image } from '../../../companion/image/image.ts'

/** Brightness [height, width], 0 … 255, by the weights of ITU-R BT.601. Alpha counts for nothing. */
export function lumaOf({ width, height, data }: Image): Float32Array {
  const luma = new Float32Array(width * height)
  for (let pixel = 0; pixel < luma.length; pixel += 1) {
    const at = pixel * 4
    luma[pixel] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
  }
  return luma
}
