import type { Level } from './level.ts'
import type { Random } from './random.ts'

/**
 * The nearest-neighbour field: for each target patch the source patch most like it that was found so far.
 * Both arrays are [height, width] of the level and count only at its `targets`.
 */
export interface Field {
  /** Place of the source patch's centre. */
  readonly match: Int32Array
  /** Sum of the squared differences of the two patches, over all four bytes. */
  readonly cost: Int32Array
}

export function createField({ width, height }: Level): Field {
  return { match: new Int32Array(width * height).fill(-1), cost: new Int32Array(width * height) }
}

/** Mean squared difference of a target patch and its match, over the patches: the energy that the rounds bring down. */
export function meanCost({ targets }: Level, { cost }: Field): number {
  let sum = 0
  for (let k = 0; k < targets.length; k++) sum += cost[targets[k]!]!
  return sum / targets.length
}

/**
 * A field that keeps what a first fill copied: each target goes where the hole pixel nearest to its centre came from.
 *
 * @param copiedFrom for each of `level.holePixels` the place it was copied from
 */
export function fieldFromCopies(level: Level, copiedFrom: Int32Array, random: Random): Field {
  const { width, patchRadius: r, targets, holePixels, sources, isSource, hole } = level
  const field = createField(level)
  const shift = new Int32Array(level.width * level.height)
  holePixels.forEach((place, k) => {
    shift[place] = copiedFrom[k]! - place
  })
  for (let k = 0; k < targets.length; k++) {
    const target = targets[k]!
    let nearest = Number.POSITIVE_INFINITY
    for (let dy = -r; dy <= r; dy++) {
      for (let dx = -r; dx <= r; dx++) {
        const place = target + dy * width + dx
        const source = target + shift[place]!
        if (hole[place] && isSource[source] && dx * dx + dy * dy < nearest) {
          nearest = dx * dx + dy * dy
          field.match[target] = source
        }
      }
    }
    if (field.match[target]! < 0) field.match[target] = sources[random(sources.length)]!
  }
  return field
}

/** The coarser level's field, its offsets doubled. Where they lead nowhere, a place at random. */
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
