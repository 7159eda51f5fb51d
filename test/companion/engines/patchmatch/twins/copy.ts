import type { Field } from '../../../../../companion/engines/patchmatch/field.ts'
import type { Level } from '../../../../../companion/engines/patchmatch/level.ts'

/** The twin of `chooseCopies`. */
export function chooseCopies(level: Level, { match, cost }: Field): Int32Array {
  const { width, height, holePixels, patchRadius: r } = level
  const copiedFrom = new Int32Array(holePixels.length)
  for (let k = 0; k < holePixels.length; k++) {
    const place = holePixels[k]!
    const x = place % width
    const y = (place - x) / width
    let least = Number.POSITIVE_INFINITY
    for (let cy = Math.max(r, y - r); cy <= Math.min(height - 1 - r, y + r); cy++) {
      for (let cx = Math.max(r, x - r); cx <= Math.min(width - 1 - r, x + r); cx++) {
        const centre = cy * width + cx
        const score = (cost[centre]! + 50) * (20 + (cx - x) * (cx - x) + (cy - y) * (cy - y))
        if (score < least) {
          least = score
          copiedFrom[k] = match[centre]! + place - centre
        }
      }
    }
  }
  return copiedFrom
}

/** The twin of `applyCopies`. */
export function applyCopies(pixels: Uint8Array, holePixels: Int32Array, copiedFrom: Int32Array): void {
  for (let k = 0; k < holePixels.length; k++) {
    const from = 4 * copiedFrom[k]!
    pixels.copyWithin(4 * holePixels[k]!, from, from + 4)
  }
}
