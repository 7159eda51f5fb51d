import { createField, type Field } from '../../../../../companion/engines/patchmatch/field.ts'
import type { Level } from '../../../../../companion/engines/patchmatch/level.ts'
import type { Random } from '../../../../../companion/engines/patchmatch/random.ts'

/** The twin of `upsampleField`. */
export function upsampleField(coarse: Level, coarseField: Field, fine: Level, random: Random): Field {
  const { width, height, targets, sources, isSource } = fine
  const field = createField(fine)
  for (let k = 0; k < targets.length; k++) {
    const target = targets[k]!
    const x = target % width
    const y = (target - x) / width
    const parent = nearestTarget(coarse, coarseField, x >> 1, y >> 1)
    let source = -1
    if (parent >= 0) {
      const match = coarseField.match[parent]!
      const sourceX = x + 2 * ((match % coarse.width) - (parent % coarse.width))
      const sourceY = y + 2 * (Math.floor(match / coarse.width) - Math.floor(parent / coarse.width))
      if (sourceX >= 0 && sourceX < width && sourceY >= 0 && sourceY < height)
        source = sourceY * width + sourceX
      field.cost[target] = coarseField.cost[parent]!
    }
    field.match[target] = source >= 0 && isSource[source] ? source : sources[random(sources.length)]!
  }
  return field
}

/** The target nearest to (x, y), at most two pixels away; −1: none. */
function nearestTarget({ width, height }: Level, { match }: Field, x: number, y: number): number {
  if (match[y * width + x]! >= 0) return y * width + x
  let found = -1
  let nearest = Number.POSITIVE_INFINITY
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue
      const place = (y + dy) * width + x + dx
      if (match[place]! >= 0 && dx * dx + dy * dy < nearest) {
        nearest = dx * dx + dy * dy
        found = place
      }
    }
  }
  return found
}
