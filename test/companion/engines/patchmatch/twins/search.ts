import type { Field } from '../../../../../companion/engines/patchmatch/field.ts'
import type { Level } from '../../../../../companion/engines/patchmatch/level.ts'
import type { Random } from '../../../../../companion/engines/patchmatch/random.ts'
import type { Reach } from '../../../../../companion/engines/patchmatch/search.ts'

/** The twin of `searchPass`. */
export function searchPass(level: Level, field: Field, reach: Reach, random: Random): void {
  const { pixels, width, height, targets, sources, isSource, patchRadius } = level
  const { match, cost } = field
  const before = reach.backwards ? 1 : -1
  const first = reach.backwards ? targets.length - 1 : 0
  const end = reach.backwards ? -1 : targets.length

  for (let k = first; k !== end; k -= before) {
    const target = targets[k]!
    let best = match[target]!
    let bestCost = cost[target]!

    for (let neighbour = 0; neighbour < 2; neighbour++) {
      const step = neighbour === 0 ? before : before * width
      const found = match[target + step]
      if (found === undefined || found < 0) continue
      const source = found - step
      if (source === best || !isSource[source]) continue
      const d = patchDistance(pixels, width, patchRadius, target, source, bestCost)
      if (d < bestCost) {
        bestCost = d
        best = source
      }
    }

    for (let radius = reach.radiusPx; radius >= 1 && bestCost > 0; radius >>= 1) {
      const bestX = best % width
      const bestY = (best - bestX) / width
      const x = bestX - radius + random(2 * radius + 1)
      const y = bestY - radius + random(2 * radius + 1)
      if (x < 0 || x >= width || y < 0 || y >= height) continue
      const source = y * width + x
      if (!isSource[source]) continue
      const d = patchDistance(pixels, width, patchRadius, target, source, bestCost)
      if (d < bestCost) {
        bestCost = d
        best = source
      }
    }

    for (let sample = 0; sample < reach.samples && bestCost > 0; sample++) {
      const source = sources[random(sources.length)]!
      const d = patchDistance(pixels, width, patchRadius, target, source, bestCost)
      if (d < bestCost) {
        bestCost = d
        best = source
      }
    }

    match[target] = best
    cost[target] = bestCost
  }
}

/** The twin of `refreshCosts`. */
export function refreshCosts({ pixels, width, targets, patchRadius }: Level, { match, cost }: Field): void {
  for (let k = 0; k < targets.length; k++) {
    const target = targets[k]!
    cost[target] = patchDistance(pixels, width, patchRadius, target, match[target]!, Number.MAX_SAFE_INTEGER)
  }
}

/** The twin of `patchDistance`. */
export function patchDistance(
  pixels: Uint8Array,
  width: number,
  radius: number,
  a: number,
  b: number,
  limit: number,
): number {
  const rowBytes = 4 * (2 * radius + 1)
  const skip = 4 * width
  let i = 4 * (a - radius * width - radius)
  let j = 4 * (b - radius * width - radius)
  let sum = 0
  for (let row = -radius; row <= radius; row++) {
    for (let k = 0; k < rowBytes; k += 4) {
      const d0 = pixels[i + k]! - pixels[j + k]!
      const d1 = pixels[i + k + 1]! - pixels[j + k + 1]!
      const d2 = pixels[i + k + 2]! - pixels[j + k + 2]!
      const d3 = pixels[i + k + 3]! - pixels[j + k + 3]!
      sum += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3
    }
    if (sum >= limit) return sum
    i += skip
    j += skip
  }
  return sum
}
