import type { Rect } from '../protocol.ts'
import type { Mask } from './image.ts'

/** Stands for every distance beyond the reach. */
export const beyondReach = 0xffff_ffff

/**
 * The squared Euclidean distance, in px, from each pixel of `area` to the mask's nearest non-zero pixel inside it.
 *
 * Exact and linear in time: distances along the columns, g, then along each row the lower envelope of the parabolas
 * (x − q)² + g(q)² of Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions", 2012. Rows and columns
 * out of reach are left out, so that a small mask is cheap.
 *
 * @param reachPx whole; farther pixels get `beyondReach`
 * @returns [area.height, area.width]
 */
export function squaredDistances(mask: Mask, area: Rect, reachPx: number): Uint32Array {
  const { width } = area
  const columns = columnDistances(mask, area, reachPx)
  const squared = new Uint32Array(width * area.height).fill(beyondReach)
  const apexes = new Int32Array(width)
  const starts = new Float64Array(width)
  for (let row = 0; row < squared.length; row += width) {
    const g = columns.subarray(row, row + width)
    const count = lowerEnvelope(g, reachPx, apexes, starts)
    if (count === 0) continue
    const end = Math.min(width, apexes[count - 1]! + reachPx + 1)
    for (let x = Math.max(0, apexes[0]! - reachPx), k = 0; x < end; x += 1) {
      while (k + 1 < count && starts[k + 1]! < x) k += 1
      const q = apexes[k]!
      const distance = (x - q) * (x - q) + g[q]! * g[q]!
      if (distance <= reachPx * reachPx) squared[row + x] = distance
    }
  }
  return squared
}

/** Up or down to the nearest mask pixel of the same column; reachPx + 1 where there is none so near. */
function columnDistances(mask: Mask, area: Rect, reachPx: number): Uint16Array {
  const { width } = area
  const far = reachPx + 1
  const distances = new Uint16Array(width * area.height)
  let above = new Uint16Array(width).fill(far)
  for (let y = 0; y < area.height; y += 1) {
    const start = (area.y + y) * mask.width + area.x
    const masked = mask.data.subarray(start, start + width)
    const row = distances.subarray(y * width, (y + 1) * width)
    for (let x = 0; x < width; x += 1) row[x] = masked[x] !== 0 ? 0 : Math.min(far, above[x]! + 1)
    above = row
  }
  let below = above
  for (let y = area.height - 2; y >= 0; y -= 1) {
    const row = distances.subarray(y * width, (y + 1) * width)
    for (let x = 0; x < width; x += 1) if (row[x]! > below[x]!) row[x] = Math.min(row[x]!, below[x]! + 1)
    below = row
  }
  return distances
}

/** Fills `apexes` and the x where each parabola becomes the lowest; returns how many there are. */
function lowerEnvelope(g: Uint16Array, reachPx: number, apexes: Int32Array, starts: Float64Array): number {
  let count = 0
  for (let q = 0; q < g.length; q += 1) {
    const height = g[q]!
    if (height > reachPx) continue
    let start = Number.NEGATIVE_INFINITY
    while (count > 0) {
      const p = apexes[count - 1]!
      start = (height * height + q * q - (g[p]! * g[p]! + p * p)) / (2 * (q - p))
      if (start > starts[count - 1]!) break
      count -= 1
    }
    apexes[count] = q
    starts[count] = count === 0 ? Number.NEGATIVE_INFINITY : start
    count += 1
  }
  return count
}
