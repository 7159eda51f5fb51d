import { ints, kernels } from './kernels.ts'
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
  return { match: ints(width * height).fill(-1), cost: ints(width * height) }
}

export function copyField({ match, cost }: Field): Field {
  const copy = { match: ints(match.length), cost: ints(cost.length) }
  copy.match.set(match)
  copy.cost.set(cost)
  return copy
}

/** Mean squared difference of a target patch and its match, over the patches: the energy that the rounds bring down. */
export function meanCost({ targets }: Level, { cost }: Field): number {
  return kernels.sumCosts(targets, targets.length, cost) / targets.length
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

/**
 * The coarser level's field, its offsets doubled. Where they lead nowhere, a place at random.
 *
 * @param seed 0 … 2^32 − 1
 */
export function upsampleField(coarse: Level, coarseField: Field, fine: Level, seed: number): Field {
  const { width, height, targets, sources, isSource } = fine
  const field = createField(fine)
  kernels.upsampleField(
    coarseField.match,
    coarseField.cost,
    coarse.width,
    coarse.height,
    width,
    height,
    targets,
    targets.length,
    sources,
    sources.length,
    isSource,
    field.match,
    field.cost,
    seed,
  )
  return field
}
