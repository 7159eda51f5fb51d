import type { Image } from '../../image/image.ts'
import { keptEdges } from './edges.ts'
import type { Field } from './field.ts'
import type { Level } from './level.ts'
import type { Calm } from './poisson.ts'
import { voteOnSteps } from './vote.ts'

/**
 * What the copies of one hole are to be blended into, so that large and small come from where each is better known. What is
 * large, all patches decide: one patch alone is often too bright or too dark. What is fine comes from the copies, and
 * somewhat stronger, because matches show weaker edges than there are.
 *
 * @param image its hole pixels hold the copies
 * @returns null where the fill is transparent somewhere: patches vote on colours times alpha
 */
export function findCalm(image: Image, level: Level, field: Field): Calm | null {
  if (level.holePixels.some((place) => image.data[4 * place + 3] !== 255)) return null
  return { steps: voteOnSteps(level, field), gain: gainFor(keptEdges(level, field)) }
}

/** So much of what the matches lack is made up for, by at most so much: stronger edges in wrong places are worse ones. */
const madeUpFor = 0.5
const mostGain = 1.1

function gainFor(kept: number): number {
  return Math.min(mostGain, Math.max(1, 1 + madeUpFor * (1 / kept - 1)))
}
