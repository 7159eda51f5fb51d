import type { Field } from './field.ts'
import { kernels } from './kernels.ts'
import type { Level } from './level.ts'
import { bandsOf, runTogether } from './team.ts'

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
 * Several threads search a band each. A target looks one row up or down, so the first row of every band but the first
 * is searched beforehand: then none reads what another one writes, and as many threads find the same every time.
 *
 * `field.cost` must be true for the present pixels: see `refreshCosts`.
 *
 * @param seed 0 … 2^32 − 1
 */
export function searchPass(level: Level, { match, cost }: Field, reach: Reach, seed: number): void {
  const { pixels, width, height, patchRadius, targets, sources, isSource } = level
  const valuesFor = (places: Int32Array) => [
    pixels,
    width,
    height,
    patchRadius,
    places,
    places.length,
    sources,
    sources.length,
    isSource,
    match,
    cost,
    reach.backwards,
    reach.radiusPx,
    reach.samples,
    seed,
  ]
  const [first, ...others] = bandsOf(targets)
  const rows = others.map(firstRow)
  for (const row of rows) kernels.searchPass(...valuesFor(row))
  const rests = others.map((band, k) => band.subarray(rows[k]!.length))
  runTogether('searchPass', [first!, ...rests].map(valuesFor))

  function firstRow(band: Int32Array): Int32Array {
    const end = band.findIndex((place) => place >= band[0]! + width)
    return band.subarray(0, end < 0 ? band.length : end)
  }
}

/** Measures every match anew, after the fill has changed. */
export function refreshCosts({ pixels, width, patchRadius, targets }: Level, { match, cost }: Field): void {
  runTogether(
    'refreshCosts',
    bandsOf(targets).map((band) => [pixels, width, patchRadius, band, band.length, match, cost]),
  )
}
