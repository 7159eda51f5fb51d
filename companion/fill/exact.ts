import type { Engine, Tile } from '../engines/engine.ts'
import type { Image } from '../image/image.ts'
import type { Options, Task, Used } from '../protocol.ts'
import type { Run } from '../run.ts'
import { describeDevice } from '../runtime/device.ts'
import { fillContexts } from './fill-contexts.ts'
import type { Masks } from './masks.ts'
import type { Picture } from './picture.ts'
import { type Plan, planFill, slicesOf } from './plan.ts'

/** Who is asked about what. */
export interface ExactJob {
  readonly picture: Pick<Picture, 'image'>
  readonly task: Task
  /** Asked first, whether it can fill without guessing; null: nobody is. */
  readonly exactEngine: Engine | null
}

/** A picture with its fill, and how it came about. */
export interface Filling {
  readonly filled: Image
  readonly plan: Plan
  readonly used: Pick<Used, 'engine' | 'device' | 'notes' | 'peakBytes'> &
    Partial<Pick<Used, 'steps' | 'workWidth' | 'workHeight'>>
}

/**
 * What the job's exact engine fills without guessing.
 *
 * @param options Defaults filled in.
 * @returns null where something is left to guess, or nobody is to be asked
 * @throws the signal's reason when cancelled
 */
export async function copyExactly(
  { exactEngine: engine, picture, task }: ExactJob,
  masks: Masks,
  options: Options,
  run: Run,
): Promise<Filling | null> {
  if (engine?.fillExactly === undefined) return null
  const plan = await planFill(picture.image, masks, engine.limits, { task, options }, run)
  // Copied at another size, it would not be exact.
  if (slicesOf(plan).some(({ rect, work }) => rect.width !== work.width)) return null
  const fillTile = (tile: Tile) => engine.fillExactly!(tile, run)
  const filled = await fillContexts(picture.image, plan, { fillTile }, run)
  if (filled === null) return null
  return { filled, plan, used: { engine: engine.id, device: await describeDevice('cpu'), notes: [] } }
}
