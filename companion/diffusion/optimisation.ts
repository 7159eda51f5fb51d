import { areaOf } from '../image/rect.ts'
import type { Optimisation } from '../runtime/child.ts'
import { latentSize } from './latents.ts'
import type { Pass } from './watch.ts'

/**
 * How far the UNet is optimised on the CPU: all the way where a fill evaluates it so often that this saves about as much time as
 * the longer loading takes. The session is kept, so the next such fill saves it all.
 *
 * @param passes All of the fill; the first one's size is what the network is built for.
 * @param rows Of an evaluation: 2 with guidance.
 */
export function optimisationFor(passes: readonly Pass[], rows: 1 | 2): Optimisation {
  const evaluations = passes.reduce((sum, { steps, evaluations }) => sum + steps * evaluations, 0)
  return evaluations * rows * areaOf(latentSize(passes[0]!.size)) >= worthwhile ? 'all' : 'extended'
}

/**
 * Latents, in all rows of all evaluations. On two cores each 64 × 64 of them take 0.5 to 0.7 s less, and loading 7 s more
 * (models/README.md).
 */
const worthwhile = 10 * 64 * 64
