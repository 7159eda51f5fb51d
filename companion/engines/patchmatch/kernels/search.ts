import { step } from './cancel'
import { patchDistance } from './patch-distance'
import { random, seedRandom } from './random'

/** See `searchPass` in search.ts. */
export function searchPass(
  pixels: usize,
  width: i32,
  height: i32,
  patchRadius: i32,
  targets: usize,
  targetCount: i32,
  sources: usize,
  sourceCount: i32,
  isSource: usize,
  match: usize,
  cost: usize,
  backwards: bool,
  radiusPx: i32,
  samples: i32,
  seed: u32,
): void {
  seedRandom(seed)
  const before = backwards ? 1 : -1
  const first = backwards ? targetCount - 1 : 0
  const end = backwards ? -1 : targetCount
  const area = width * height

  for (let k = first; k !== end; k -= before) {
    step()
    const target = load<i32>(targets + 4 * k)
    let best = load<i32>(match + 4 * target)
    let bestCost = load<i32>(cost + 4 * target)

    for (let neighbour = 0; neighbour < 2; neighbour++) {
      const towards = neighbour === 0 ? before : before * width
      if (target + towards < 0 || target + towards >= area) continue
      const found = load<i32>(match + 4 * (target + towards))
      if (found < 0) continue
      const source = found - towards
      if (source === best || source < 0 || source >= area || !load<u8>(isSource + source)) continue
      const d = patchDistance(pixels, width, patchRadius, target, source, bestCost)
      if (d < bestCost) {
        bestCost = d
        best = source
      }
    }

    let bestX = best % width
    let bestY = best / width
    for (let radius = radiusPx; radius >= 1 && bestCost > 0; radius >>= 1) {
      const x = bestX - radius + random(2 * radius + 1)
      const y = bestY - radius + random(2 * radius + 1)
      if (x < 0 || x >= width || y < 0 || y >= height) continue
      const source = y * width + x
      if (!load<u8>(isSource + source)) continue
      const d = patchDistance(pixels, width, patchRadius, target, source, bestCost)
      if (d < bestCost) {
        bestCost = d
        best = source
        bestX = x
        bestY = y
      }
    }

    for (let sample = 0; sample < samples && bestCost > 0; sample++) {
      const source = load<i32>(sources + 4 * random(sourceCount))
      const d = patchDistance(pixels, width, patchRadius, target, source, bestCost)
      if (d < bestCost) {
        bestCost = d
        best = source
      }
    }

    store<i32>(match + 4 * target, best)
    store<i32>(cost + 4 * target, bestCost)
  }
}

/** See `refreshCosts` in search.ts. */
export function refreshCosts(
  pixels: usize,
  width: i32,
  patchRadius: i32,
  targets: usize,
  targetCount: i32,
  match: usize,
  cost: usize,
): void {
  for (let k = 0; k < targetCount; k++) {
    step()
    const target = load<i32>(targets + 4 * k)
    const source = load<i32>(match + 4 * target)
    store<i32>(cost + 4 * target, patchDistance(pixels, width, patchRadius, target, source, i32.MAX_VALUE))
  }
}
