import { setImmediate as turn } from 'node:timers/promises'
import type { Engine, OpenEngine, Tile } from '../engines/engine.ts'
import { encodePatch } from '../image/codec.ts'
import type { Image } from '../image/image.ts'
import { withDefaults } from '../options.ts'
import type { Extent, Options, PatchReply } from '../protocol.ts'
import type { Run } from '../run.ts'
import { blend } from './blend.ts'
import { matchColours } from './colour.ts'
import { Detail, type DetailJob } from './detail.ts'
import { copyExactly, type ExactJob, type Filling } from './exact.ts'
import { fillContexts, type Steps } from './fill-contexts.ts'
import { engineForHole, type LargeHoleJob } from './large-hole.ts'
import { checkMargins } from './margins.ts'
import { readMasks, type SentMasks } from './masks.ts'
import type { Picture } from './picture.ts'
import { planFill, slicesOf } from './plan.ts'
import { openPrefill, type PrefillJob } from './prefill.ts'
import { spreadProgress } from './progress.ts'

/** All that one fill needs. A job reads no other state. */
export interface FillJob extends SentMasks, ExactJob, LargeHoleJob, PrefillJob, DetailJob {
  readonly picture: Picture
  readonly engine: Engine
  readonly prompt: string
  readonly negativePrompt: string
  readonly variations: number
  readonly extent: Extent
  readonly merge: boolean
  /** As asked for; checked. */
  readonly options: Options
  /** How long the job waited for its turn. */
  readonly queueMs: number
}

export interface Patch extends Omit<PatchReply, 'type' | 'id'> {
  /** RGBA, of `rect`'s size. */
  readonly png: Uint8Array
}

/**
 * Picture and mask → patches, one for each variation, handed to `onPatch` as they come; it is waited for.
 *
 * @param extents The job's own; a caller that wants the same fill in several forms names them all, and gets them in
 * this order.
 * @throws the signal's reason when cancelled; CompanionError
 */
export async function fill(
  job: FillJob,
  run: Run,
  onPatch: (patch: Patch, extent: Extent) => void | Promise<void>,
  extents: readonly Extent[] = [job.extent],
): Promise<void> {
  const { picture, task } = job
  const lap = stopwatch(run.signal)

  // 1. Decode the masks; the picture is decoded already.
  const masks = await readMasks(job, run.signal)
  if (job.task === 'expand') checkMargins(masks.mask, job.engine)
  const decode = await lap()

  // 2. What the picture itself continues exactly is copied, and needs no other engine.
  const copy = await copyExactly(job, masks, withDefaults(job.engine, job.options), run)
  const copying = await lap()
  if (copy !== null) {
    for (let variation = 0; variation < job.variations; variation += 1) {
      await finish(variation, copy, { load: 0, fill: copying })
    }
    return
  }

  // 3. Plan who fills, how far the fill reaches, and which parts of the picture the engine sees.
  const { engine, note } = await engineForHole(job, picture.image, masks, run.signal)
  const options = withDefaults(engine, job.options)
  const limits = engine.limitsFor?.(options) ?? engine.limits
  const plan = await planFill(picture.image, masks, limits, { task, options }, run)
  const planning = copying + (await lap())

  const sizes = slicesOf(plan).map(({ work }) => work)
  const opened = await engine.open(run, job.means, sizes)
  const prefill = await openPrefill({ ...job, engine }, options, run)
  const detail = new Detail(job, plan)
  try {
    const load = await lap()
    let filled: Image | null = null
    const nextRun = spreadProgress(run, job.variations * (sizes.length + detail.runs))
    for (let variation = 0; variation < job.variations; variation += 1) {
      // 4. Fill, slice by slice, and bring back the detail of what was computed smaller.
      const { prompt, negativePrompt } = job
      const settings = { task, prompt, negativePrompt, seed: seedOf(job, variation), options }
      const fillTile = async (tile: Tile) => {
        const filled = await opened.fill(await prefill.prepare(tile), settings, nextRun())
        return engine.rendersKnown ? matchColours(filled, tile) : filled
      }
      const steps: Steps<Image> = {
        fillTile,
        finish: (filled, share, context) => detail.restore(filled, share, context, nextRun),
      }
      const loadedBefore = opened.loadMs ?? 0
      filled = await fillContexts(picture.image, plan, steps, run, filled)
      const loading = Math.round((opened.loadMs ?? 0) - loadedBefore)
      const filling = (await lap()) - loading

      const { device, notes = [], peakBytes, worked } = opened
      const used = {
        ...{
          engine: engine.id,
          device,
          notes: [...(note === null ? [] : [note]), ...detail.notes, ...notes],
        },
        ...(peakBytes === undefined ? {} : { peakBytes }),
        ...(worked === undefined ? {} : usedOf(worked)),
      }
      await finish(variation, { filled, plan, used }, { load: load + loading, fill: planning + filling })
    }
  } finally {
    await prefill.close()
    await opened.close()
  }

  async function finish(
    variation: number,
    { filled, plan, used: usedBy }: Filling,
    spent: { load: number; fill: number },
  ): Promise<void> {
    const seed = seedOf(job, variation)
    for (const extent of extents) {
      // 5. Blend fill and picture.
      const earlier = job.merge ? picture.fills : null
      const { alpha } = plan
      const blending = { filled, original: picture.image, alpha, earlier, extent }
      const { rect, image } = await blend(blending, run.signal)
      const blendMs = await lap()

      // 6. Encode
      const png = await encodePatch(image, picture.iccProfile)
      const encode = await lap()

      const ms = { queue: job.queueMs, decode, ...spent, blend: blendMs, encode }
      const notes = [...picture.notes, ...plan.used.notes, ...usedBy.notes]
      await onPatch({ variation, seed, rect, used: { ...plan.used, ...usedBy, ms, notes }, png }, extent)
    }
  }
}

function usedOf({ steps, size }: NonNullable<OpenEngine['worked']>) {
  return { steps, workWidth: size.width, workHeight: size.height }
}

function seedOf({ seed }: FillJob, variation: number): number {
  return (seed + variation) % 2 ** 32
}

/**
 * Measures from lap to lap, in whole ms. Each lap lets the companion hear its clients, so that a cancel is noticed
 * between two steps that do not wait.
 */
function stopwatch(signal: AbortSignal): () => Promise<number> {
  let start = performance.now()
  return async () => {
    const lapMs = Math.round(performance.now() - start)
    await turn()
    signal.throwIfAborted()
    start = performance.now()
    return lapMs
  }
}
