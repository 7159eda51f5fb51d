import type { Field } from '../../../../../companion/engines/patchmatch/field.ts'
import type { Level } from '../../../../../companion/engines/patchmatch/level.ts'

/** How much less a patch counts for each pixel that its centre lies deeper in the hole. */
const gamma = 2

/** The twin of `vote`. */
export function vote(level: Level, { match, cost }: Field, alpha: number): number {
  const { pixels, width, height, holePixels, depth, patchRadius: r } = level
  const logGamma = Math.log(gamma)
  let change = 0
  for (let k = 0; k < holePixels.length; k++) {
    const place = holePixels[k]!
    const x = place % width
    const y = (place - x) / width
    const top = Math.max(r, y - r)
    const bottom = Math.min(height - 1 - r, y + r)
    const left = Math.max(r, x - r)
    const right = Math.min(width - 1 - r, x + r)

    let least = Number.POSITIVE_INFINITY
    let sum = 0
    for (let cy = top; cy <= bottom; cy++) {
      for (let c = cy * width + left; c <= cy * width + right; c++) {
        const d = cost[c]!
        sum += d
        if (d < least) least = d
      }
    }
    const mean = sum / ((bottom - top + 1) * (right - left + 1))
    const sharpness = mean > least ? 1 / (alpha * (mean - least)) : 0

    let weight = 0
    let c0 = 0
    let c1 = 0
    let c2 = 0
    let c3 = 0
    for (let cy = top; cy <= bottom; cy++) {
      for (let c = cy * width + left; c <= cy * width + right; c++) {
        const w = Math.exp((least - cost[c]!) * sharpness - logGamma * (depth[c]! - depth[place]!))
        const source = 4 * (match[c]! + place - c)
        weight += w
        c0 += w * pixels[source]!
        c1 += w * pixels[source + 1]!
        c2 += w * pixels[source + 2]!
        c3 += w * pixels[source + 3]!
      }
    }
    const i = 4 * place
    const scale = 1 / weight
    const n0 = Math.round(c0 * scale)
    const n1 = Math.round(c1 * scale)
    const n2 = Math.round(c2 * scale)
    change += Math.abs(n0 - pixels[i]!) + Math.abs(n1 - pixels[i + 1]!) + Math.abs(n2 - pixels[i + 2]!)
    pixels[i] = n0
    pixels[i + 1] = n1
    pixels[i + 2] = n2
    pixels[i + 3] = Math.round(c3 * scale)
  }
  return change / (3 * holePixels.length)
}
