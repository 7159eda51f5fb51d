import type { Image, Mask } from '../../../companion/image/image.ts'
import { lumaOf } from './luma.ts'

/**
 * Structural similarity, the mean of its map inside the mask, −1 … 1; 1 = identical.
 *
 * SSIM(x, y) = (2 μx μy + C1)(2 σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2)), C1 = (0.01 · 255)², C2 = (0.03 · 255)²,
 * on luma, the moments weighted by an 11 × 11 Gaussian of σ = 1.5 px: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P.
 * Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity", IEEE TIP 13(4), 2004, eq. 13
 * to 16. At the picture's border the window is the part that lies in the picture.
 */
export function ssimInside(mask: Mask, filled: Image, truth: Image): number {
  const x = lumaOf(filled)
  const y = lumaOf(truth)
  let sum = 0
  let count = 0
  for (let row = 0; row < mask.height; row += 1) {
    for (let column = 0; column < mask.width; column += 1) {
      if (mask.data[row * mask.width + column] === 0) continue
      sum += ssimAt(column, row, mask, x, y)
      count += 1
    }
  }
  return sum / count
}

const c1 = (0.01 * 255) ** 2
const c2 = (0.03 * 255) ** 2

const radiusPx = 5
/** One side of the window: the Gaussian is separable. */
const gaussian = Float64Array.from({ length: 2 * radiusPx + 1 }, (_, tap) =>
  Math.exp(-((tap - radiusPx) ** 2) / (2 * 1.5 ** 2)),
)

function ssimAt(
  column: number,
  row: number,
  { width, height }: { width: number; height: number },
  x: Float32Array,
  y: Float32Array,
): number {
  let weights = 0
  let sumX = 0
  let sumY = 0
  let sumXX = 0
  let sumYY = 0
  let sumXY = 0
  const [top, bottom] = [Math.max(0, row - radiusPx), Math.min(height - 1, row + radiusPx)]
  const [left, right] = [Math.max(0, column - radiusPx), Math.min(width - 1, column + radiusPx)]
  for (let v = top; v <= bottom; v += 1) {
    for (let u = left; u <= right; u += 1) {
      const weight = gaussian[v - row + radiusPx]! * gaussian[u - column + radiusPx]!
      const atX = x[v * width + u]!
      const atY = y[v * width + u]!
      weights += weight
      sumX += weight * atX
      sumY += weight * atY
      sumXX += weight * atX * atX
      sumYY += weight * atY * atY
      sumXY += weight * atX * atY
    }
  }
  const [meanX, meanY] = [sumX / weights, sumY / weights]
  const varianceX = sumXX / weights - meanX ** 2
  const varianceY = sumYY / weights - meanY ** 2
  const covariance = sumXY / weights - meanX * meanY
  return (
    ((2 * meanX * meanY + c1) * (2 * covariance + c2)) /
    ((meanX ** 2 + meanY ** 2 + c1) * (varianceX + varianceY + c2))
  )
}
