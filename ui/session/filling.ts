import { canvasOf, type PendingJob, type Recipe, type Rect, type Source } from '../../plugin/messages.ts'
import type { Patch } from '../companion-jobs.ts'
import { expansionOn, fillsInForce, warningOf } from '../derived.ts'
import { marksOf } from '../mask/history.ts'
import { encodeMaskPng } from '../mask/png.ts'
import { type Bits, bitsFromMarks, emptyBits, isEmpty, unitedBits } from '../mask/raster.ts'
import type { Mark } from '../mask/stroke.ts'
import { decodeMask, decodePicture } from '../picture.ts'
import { type FillPlan, planExpand, planFill } from '../plan.ts'
import { SandboxFailure } from '../sandbox.ts'
import { strings } from '../strings.ts'
import type { FillRecord, Picture, Result, ShownFill } from '../work.ts'
import { type Effects, noticeFrom } from './effects.ts'
import type { Opening } from './opening.ts'
import type { Placing } from './placing.ts'

/** How marks and margins become results. */
export interface Filling {
  /** The main thing: marks → mask → companion → patch → layer. */
  remove(): Promise<void>
  /** Margins → canvas → companion → patch → larger layer. */
  expand(): Promise<void>
  cancel(): void
  /** A job that an earlier window began and did not see the end of. */
  resume(job: PendingJob): Promise<void>
}

const shownAtLatestMs = 100

export function createFilling(effects: Effects, opening: Opening, placing: Placing): Filling {
  const { sandbox, dispatch } = effects
  let running: AbortController | null = null

  return { remove, expand, cancel: () => running?.abort(), resume }

  async function remove(): Promise<void> {
    const { work, link } = effects.state
    if (work.step !== 'paint' || link.state !== 'ready') return
    const { picture } = work
    await run(randomId(), async (jobId, signal) => {
      // The window says that it has begun before it draws the mask, which takes a moment for a large picture.
      await shown()
      const bits = bitsFromMarks(marksOf(picture.history), picture.source.widthPx, picture.source.heightPx)
      if (isEmpty(bits)) {
        dispatch({ type: 'not-filled', notice: { tone: 'info', message: strings.nothingMarked } })
        return null
      }
      const present = await opening.lookBeforeFill(picture)
      signal.throwIfAborted()
      return present === null ? null : fill(jobId, present, bits, signal)
    })
    // What went wrong is read first.
    if (effects.state.notice === null) await opening.followSelection()
  }

  async function expand(): Promise<void> {
    const { work, link } = effects.state
    if (work.step !== 'paint' || link.state !== 'ready') return
    const { picture } = work
    await run(randomId(), async (jobId, signal) => {
      const present = await opening.lookBeforeFill(picture)
      signal.throwIfAborted()
      return present === null ? null : fillMargins(jobId, present, signal)
    })
    // What went wrong is read first.
    if (effects.state.notice === null) await opening.followSelection()
  }

  /** Runs a job up to its result, and places that as the settings say. */
  async function run(
    jobId: string,
    work: (jobId: string, signal: AbortSignal) => Promise<Result | null>,
  ): Promise<void> {
    const controller = new AbortController()
    running = controller
    if (effects.state.work.step === 'paint') dispatch({ type: 'filling', jobId })
    try {
      const result = await work(jobId, controller.signal)
      if (result === null) return
      dispatch({ type: 'filled', result })
    } catch (error) {
      await placing.forgetPendingJob()
      dispatch({ type: 'not-filled', notice: controller.signal.aborted ? null : noticeFrom(error) })
      return
    } finally {
      running = null
    }
    const { settings, work: reached } = effects.state
    if (settings.placeAtOnce && warningOf(reached) === null) await placing.place(false)
  }

  async function fill(jobId: string, picture: Picture, bits: Bits, signal: AbortSignal): Promise<Result> {
    const { source, edits } = picture
    const plan = planFill(fillsInForce(picture), edits, source.placement, effects.state.settings)
    const before = await placing.recordOf(picture, plan.replaces)
    const mask = await encodeMaskPng(bits)
    // What an edit replaces is made anew; anything else is taken up into the new layer.
    const takenUp = edits === null ? before : null
    const recipe: Recipe = {
      version: 1,
      task: 'remove',
      engine: 'auto',
      seed: randomSeed(),
      options: {},
      sourceHash: source.hash,
    }
    const pending: PendingJob = {
      jobId,
      layer: source.layer,
      recipe,
      placement: plan.placement,
      replaces: plan.replaces,
      mask: takenUp === null ? mask : await unitedMask(bits, takenUp.mask),
    }
    return order(pending, before, { source, plan, mask, canvas: null }, signal)
  }

  async function fillMargins(jobId: string, picture: Picture, signal: AbortSignal): Promise<Result | null> {
    const { source, margins } = picture
    const { expansion, widthPx, heightPx } = source
    if (expansion.state === 'impossible') {
      dispatch({ type: 'not-filled', notice: { tone: 'info', message: expansion.message } })
      return null
    }
    const earlier = expansionOn(picture)
    const fills = fillsInForce(picture)
    const { settings } = effects.state
    const plan = planExpand({ fills, earlier, expansion, margins, image: source }, settings)
    const before = await placing.recordOf(picture, plan.replaces)
    const recipe: Recipe = {
      version: 1,
      task: 'expand',
      engine: 'auto',
      seed: randomSeed(),
      options: {},
      sourceHash: source.hash,
      margins,
    }
    const pending: PendingJob = {
      jobId,
      layer: source.layer,
      recipe,
      placement: plan.placement,
      replaces: plan.replaces,
      mask: await encodeMaskPng(emptyBits(widthPx, heightPx)),
    }
    const canvas = canvasOf(expansion, margins)
    return order(pending, before, { source, plan, mask: null, canvas }, signal)
  }

  /** Keeps the job where a later window finds it, and has it done. */
  async function order(
    pending: PendingJob,
    before: FillRecord | null,
    { source, plan, mask, canvas }: Order,
    signal: AbortSignal,
  ): Promise<Result> {
    signal.throwIfAborted()
    await keepPendingJob(pending)
    const { task, engine, seed } = pending.recipe
    const base = plan.base ?? { hash: source.hash, png: source.bytes }
    const take = { widthPx: source.widthPx, heightPx: source.heightPx, canvas }
    const patches = await effects.sentImages.withImage(base, plan.patches, take, (imageId) =>
      effects.companion.fill(
        { id: pending.jobId, imageId, task, engine, seed, extent: plan.extent, merge: plan.merge },
        mask,
        { signal, onProgress: (progress) => dispatch({ type: 'progressed', progress }) },
      ),
    )
    return resultFrom(pending, before, patches)
  }

  async function resultFrom(
    { layer, recipe, placement, replaces, mask }: PendingJob,
    before: FillRecord | null,
    patches: readonly Patch[],
  ): Promise<Result> {
    const patch = patches[0]
    if (patch === undefined) throw new Error('Expected a patch before the job was done.')
    return {
      layer,
      before,
      bitmap: await decodePicture(patch.png),
      used: patch.used,
      request: {
        layerId: layer.id,
        sourceHash: recipe.sourceHash,
        placement,
        png: patch.png,
        recipe: { ...recipe, engine: patch.used.engine, seed: patch.seed },
        mask,
        replaces,
      },
    }
  }

  async function resume(pending: PendingJob): Promise<void> {
    const picture = await opening.pictureOfPending(pending)
    dispatch({ type: 'resumed', jobId: pending.jobId, picture })
    await run(pending.jobId, async (jobId, signal) => {
      const patches = await effects.companion.attach(jobId, {
        signal,
        onProgress: (progress) => dispatch({ type: 'progressed', progress }),
      })
      const before = picture === null ? null : await placing.recordOf(picture, pending.replaces)
      return resultFrom(pending, before, patches)
    })
  }

  async function keepPendingJob(job: PendingJob): Promise<void> {
    try {
      await sandbox.ask('savePendingJob', { job })
    } catch (error) {
      // Then the fill cannot be found again once the window is closed, which is no reason not to make it.
      if (!(error instanceof SandboxFailure && error.code === 'storage-full')) throw error
    }
  }
}

/** What is filled, beside the job itself. */
interface Order {
  readonly source: Source
  readonly plan: FillPlan<ShownFill>
  /** PNG of the source's size; null: what the canvas leaves open. */
  readonly mask: Uint8Array | null
  readonly canvas: Rect | null
}

/** A merged layer holds every fill so far: editing it has to bring all of their marks back. */
async function unitedMask(bits: Bits, earlier: Uint8Array): Promise<Uint8Array> {
  const image = await decodeMask(earlier)
  const marks: readonly Mark[] = [{ kind: 'mask', image }]
  return encodeMaskPng(unitedBits(bits, bitsFromMarks(marks, bits.widthPx, bits.heightPx)))
}

/** Resolves once the screen shows the present state; in a window that is out of sight, after a moment. */
function shown(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    setTimeout(resolve, shownAtLatestMs)
  })
}

/** `crypto.randomUUID` needs a secure context, which Figma's frame may not be. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-')
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}
