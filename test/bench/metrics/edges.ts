import type { Image, Mask } from '../../../companion/image/image.ts'
import { lumaOf } from './luma.ts'

/**
 * How much there is to see in the fill: the mean gradient of luma inside the mask, relative to the truth's. 1 is right,
 * 0.3 a smear, above 1 restless. null where the truth is of one colour.
 */
export function edgeRatio(mask: Mask, filled: Image, truth: Image): number | null {
  const wanted = meanGradient(mask, truth)
  return wanted === 0 ? null : meanGradient(mask, filled) / wanted
}

function meanGradient(mask: Mask, image: Image): number {
  const luma = lumaOf(image)
  let sum = 0
  let count = 0
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (mask.data[pixel] === 0) continue
    sum += gradientAt(luma, image, pixel)
    count += 1
  }
  return sum / count
}

/** Length of the gradient, per px: central differences; at the picture's border one-sided ones. */
function gradientAt(
  luma: Float32Array,
  { width, height }: { width: number; height: number },
  pixel: number,
): number {
  const x = pixel % width
  const y = (pixel - x) / width
  const [left, right] = [x > 0 ? 1 : 0, x + 1 < width ? 1 : 0]
  const [up, down] = [y > 0 ? width : 0, y + 1 < height ? width : 0]
  const across = (luma[pixel + right]! - luma[pixel - left]!) / Math.max(1, left + right)
  const along = (luma[pixel + down]! - luma[pixel - up]!) / Math.max(1, (up + down) / width)
  return Math.hypot(across, along)
}
