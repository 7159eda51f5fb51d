import type { Field } from './field.ts'
import { kernels } from './kernels.ts'
import type { Level } from './level.ts'

/** How far a pass looks. */
export interface Reach {
  /** Scan from the last target to the first; alternate it. */
  readonly backwards: boolean
  /** Of the first circle. */
  readonly radiusPx: number
  /** Places tried over the whole picture beside. */
  readonly samples: number
}

/**
 * One pass of PatchMatch: every target tries what its two neighbours before it found, shifted by one, then places at
 * random around its own match in circles of halving radius and all over the picture, and keeps the best. Costs never rise.
 * Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing", 2009, §3.2.
 *
 * `field.cost` must be true for the present pixels: see `refreshCosts`.
 *
 * @param seed 0 … 2^32 − 1
 */
export function searchPass(level: Level, { match, cost }: Field, reach: Reach, seed: number): void {
  const { pixels, width, height, patchRadius, targets, sources, isSource } = level
  kernels.searchPass(
    pixels,
    width,
    height,
    patchRadius,
    targets,
    targets.length,
    sources,
    sources.length,
    isSource,
    match,
    cost,
    reach.backwards,
    reach.radiusPx,
    reach.samples,
    seed,
  )
}

/** Measures every match anew, after the fill has changed. */
export function refreshCosts({ pixels, width, patchRadius, targets }: Level, { match, cost }: Field): void {
  kernels.refreshCosts(pixels, width, patchRadius, targets, targets.length, match, cost)
}
