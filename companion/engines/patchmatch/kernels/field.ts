import { step } from './cancel'
import { random, seedRandom } from './random'

/**
 * See `upsampleField` in field.ts.
 *
 * @param coarseMatch, coarseCost of a level `coarseWidth` x `coarseHeight`
 */
export function upsampleField(
  coarseMatch: usize,
  coarseCost: usize,
  coarseWidth: i32,
  coarseHeight: i32,
  width: i32,
  height: i32,
  targets: usize,
  targetCount: i32,
  sources: usize,
  sourceCount: i32,
  isSource: usize,
  match: usize,
  cost: usize,
  seed: u32,
): void {
  seedRandom(seed)
  for (let k = 0; k < targetCount; k++) {
    step()
    const target = load<i32>(targets + 4 * k)
    const x = target % width
    const y = target / width
    const parent = nearestTarget(coarseMatch, coarseWidth, coarseHeight, x >> 1, y >> 1)
    let source = -1
    if (parent >= 0) {
      const from = load<i32>(coarseMatch + 4 * parent)
      const sourceX = x + 2 * ((from % coarseWidth) - (parent % coarseWidth))
      const sourceY = y + 2 * (from / coarseWidth - parent / coarseWidth)
      if (sourceX >= 0 && sourceX < width && sourceY >= 0 && sourceY < height)
        source = sourceY * width + sourceX
      store<i32>(cost + 4 * target, load<i32>(coarseCost + 4 * parent))
    }
    if (source < 0 || !load<u8>(isSource + source)) source = load<i32>(sources + 4 * random(sourceCount))
    store<i32>(match + 4 * target, source)
  }
}

/** The target nearest to (x, y), at most two pixels away; −1: none. */
function nearestTarget(match: usize, width: i32, height: i32, x: i32, y: i32): i32 {
  const here = y * width + x
  if (load<i32>(match + 4 * here) >= 0) return here
  let found = -1
  let nearest = i32.MAX_VALUE
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue
      const place = here + dy * width + dx
      if (load<i32>(match + 4 * place) >= 0 && dx * dx + dy * dy < nearest) {
        nearest = dx * dx + dy * dy
        found = place
      }
    }
  }
  return found
}

/** Sum of the costs of all targets. */
export function sumCosts(targets: usize, targetCount: i32, cost: usize): f64 {
  let sum: i64 = 0
  for (let k = 0; k < targetCount; k++) sum += load<i32>(cost + 4 * load<i32>(targets + 4 * k))
  return sum as f64
}
