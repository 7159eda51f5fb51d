import type { Task } from '../../companion/protocol.ts'
import {
  canvasOf,
  type FillMasks,
  type PendingJob,
  type Recipe,
  type Rect,
  type Source,
} from '../../plugin/messages.ts'
import type { FillBlobs } from '../companion.ts'
import type { Patch, Run } from '../companion-jobs.ts'
import { expansionOn, fillsInForce, outdatedFills, replacedByEdit, warningOf } from '../derived.ts'
import { marksOf } from '../mask/history.ts'
import { avoidedBy, featherOf } from '../mask/mark.ts'
import { encodeMaskPng } from '../mask/png.ts'
import { type Bits, bitsFromMarks, boundsOf, emptyBits, isEmpty, unitedBits } from '../mask/raster.ts'
import { decodePicture, maskMarkFrom } from '../picture.ts'
import { type FillPlan, planExpand, planFill } from '../plan.ts'
import { randomId, randomSeed } from '../random.ts'
import { enginesOf } from '../readiness.ts'
import { SandboxFailure } from '../sandbox.ts'
import { strings } from '../strings.ts'
import { wishedRecipe, wishOf } from '../wish.ts'
import { type FillRecord, onlyTurn, type Picture, type Result, type ShownFill, type Turn } from '../work.ts'
import { type Effects, noticeFrom } from './effects.ts'
import type { Opening } from './opening.ts'
import type { Placing } from './placing.ts'

/** How marks, words and margins become results. */
export interface Filling {
  /** The main thing: what the task says, from marks or margins to a layer. */
  fill(turn?: Turn): Promise<boolean>
  /** The same once more from another seed, instead of the result that waits. */
  tryAgain(): Promise<void>
  /** A placed fill once more from another seed, in its place. */
  refill(layerId: string): Promise<void>
  /** What was made for the picture that the layer showed before, once more for this one, each in its place. */
  refillOutdated(): Promise<void>
  cancel(): void
  /** A job that an earlier window began and did not see the end of. */
  resume(job: PendingJob): Promise<void>
}

const shownAtLatestMs = 100

export function createFilling(effects: Effects, opening: Opening, placing: Placing): Filling {
  const { sandbox, dispatch } = effects
  let running: AbortController | null = null

  return { fill, tryAgain, refill, refillOutdated, cancel: () => running?.abort(), resume }

  /** @returns whether it was placed */
  async function fill(turn: Turn = onlyTurn): Promise<boolean> {
    const { work, link } = effects.state
    if (work.step !== 'paint' || link.state !== 'ready') return false
    const { picture } = work
    const from = picture.task === 'expand' ? fillMargins : fillMarks
    const isPlaced = await run(randomId(), turn, (jobId, signal) => from(jobId, picture, signal))
    // What went wrong is read first.
    if (effects.state.notice === null) await opening.followSelection()
    return isPlaced
  }

  async function tryAgain(): Promise<void> {
    dispatch({ type: 'discarded' })
    dispatch({ type: 'seed-chosen', seed: null })
    await fill()
  }

  async function refill(layerId: string): Promise<void> {
    await opening.edit(layerId)
    dispatch({ type: 'seed-chosen', seed: null })
    await fill()
  }

  async function refillOutdated(): Promise<void> {
    const { work } = effects.state
    if (work.step !== 'paint') return
    const outdated = outdatedFills(work.picture)
    for (const [index, { layerId }] of outdated.entries()) {
      await opening.edit(layerId)
      const isPlaced = await fill({ index, count: outdated.length })
      // Cancelled, failed, or to be looked at first: the others wait for the next time.
      if (!isPlaced) return
    }
  }

  /**
   * Runs a job up to its result, and places that as the settings say.
   *
   * @returns whether it was placed
   */
  async function run(
    jobId: string,
    turn: Turn,
    work: (jobId: string, signal: AbortSignal) => Promise<Result | null>,
  ): Promise<boolean> {
    const controller = new AbortController()
    running = controller
    if (effects.state.work.step === 'paint') dispatch({ type: 'filling', jobId, turn })
    try {
      const result = await work(jobId, controller.signal)
      if (result === null) return false
      dispatch({ type: 'filled', result })
      if (!isPlacedAtOnce(result, turn)) return false
    } catch (error) {
      await placing.forgetPendingJob()
      dispatch({ type: 'not-filled', notice: controller.signal.aborted ? null : noticeFrom(error) })
      return false
    } finally {
      running = null
    }
    return placing.place(false)
  }

  /** Where there is a choice, or something to agree to, the person is asked whatever the settings say. */
  function isPlacedAtOnce({ variations }: Result, turn: Turn): boolean {
    const { settings, work } = effects.state
    const isWanted = settings.placeAtOnce || turn.count > 1
    return isWanted && variations.length === 1 && warningOf(work) === null
  }

  /** Marks → mask → companion → patches. */
  async function fillMarks(jobId: string, marked: Picture, signal: AbortSignal): Promise<Result | null> {
    // The window says that it has begun before it draws the mask, which takes a moment for a large picture.
    await shown()
    const { widthPx, heightPx } = marked.source
    const bits = bitsFromMarks(marksOf(marked.history), widthPx, heightPx)
    if (isEmpty(bits)) {
      dispatch({ type: 'not-filled', notice: { tone: 'info', message: strings.nothingMarked } })
      return null
    }
    const picture = await opening.lookBeforeFill(marked)
    if (picture === null) return null
    const { task, source, keepsEdited } = picture
    const edits = replacedByEdit(picture)
    const fills = fillsInForce(picture)
    const join = { task, fills, edits, isApart: keepsEdited, sourcePlacement: source.placement }
    const plan = planFill(join, effects.state.settings)
    const before = await placing.recordOf(picture, plan.replaces)
    const avoided = avoidedOn(picture)
    const masks = { mask: await encodeMaskPng(bits), avoid: await pngOf(avoided) }
    dispatch({ type: 'mask-used', mask: masks.mask })
    // What an edit replaces is made anew; anything else is taken up into the new layer.
    const takenUp = edits === null ? before : null
    const pending: PendingJob = {
      jobId,
      layer: source.layer,
      recipe: recipeFor(picture),
      placement: plan.placement,
      replaces: plan.replaces,
      ...(takenUp === null ? masks : await unitedMasks(bits, avoided, takenUp)),
    }
    return order(pending, before, { source, plan, masks, canvas: null, region: boundsOf(bits) }, signal)
  }

  /** Margins → canvas → companion → patches of a larger picture. */
  async function fillMargins(jobId: string, asked: Picture, signal: AbortSignal): Promise<Result | null> {
    const picture = await opening.lookBeforeFill(asked)
    if (picture === null) return null
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
    const canvas = canvasOf(expansion, margins)
    const pending: PendingJob = {
      jobId,
      layer: source.layer,
      recipe: { ...recipeFor(picture), margins },
      placement: plan.placement,
      replaces: plan.replaces,
      mask: await encodeMaskPng(emptyBits(widthPx, heightPx)),
      avoid: await pngOf(avoidedOn(picture)),
    }
    const masks = { mask: null, avoid: await pngOf(avoidedOn(picture, canvas)) }
    return order(pending, before, { source, plan, masks, canvas, region: canvas }, signal)
  }

  /** Of several jobs at once nobody wants to choose from each. */
  function variationsOf(task: Task): number {
    const { work, wish } = effects.state
    return work.step === 'fill' && work.job.turn.count > 1 ? 1 : wish.variations[task]
  }

  function recipeFor({ task, seed, source, history }: Picture): Recipe {
    const { wish, link } = effects.state
    const { options, ...wished } = wishedRecipe(task, wish, enginesOf(link))
    const featherPx = task === 'expand' ? null : featherOf(marksOf(history))
    return {
      ...{ version: 1, task, seed: seed ?? randomSeed(), ...wished },
      options: { ...options, ...(featherPx !== null && { featherPx }) },
      sourceHash: source.hash,
    }
  }

  /** Keeps the job where a later window finds it, and has it done. */
  async function order(
    pending: PendingJob,
    before: FillRecord | null,
    { source, plan, masks, canvas, region }: Order,
    signal: AbortSignal,
  ): Promise<Result> {
    signal.throwIfAborted()
    await keepPendingJob(pending)
    const { task, engine, prompt, negativePrompt, seed, options } = pending.recipe
    const request = {
      ...{ id: pending.jobId, task, engine, seed, options, extent: plan.extent, merge: plan.merge },
      ...(prompt !== undefined && { prompt }),
      ...(negativePrompt !== undefined && { negativePrompt }),
      variations: variationsOf(task),
    }
    const base = plan.base ?? { hash: source.hash, png: source.bytes }
    const take = { widthPx: source.widthPx, heightPx: source.heightPx, canvas }
    const patches = await effects.sentImages.withImage(base, plan.patches, take, (imageId) =>
      effects.companion.fill({ ...request, imageId }, masks, runOf(signal)),
    )
    return resultFrom(pending, before, region, patches)
  }

  /** Progress goes into the state; a look at what is being made follows as soon as it is decoded. */
  function runOf(signal: AbortSignal): Run {
    return {
      signal,
      onProgress(progress, preview) {
        dispatch({ type: 'progressed', progress })
        if (preview !== undefined) void effects.owned(show(progress.id, preview))
      },
    }
  }

  async function show(jobId: string, png: Uint8Array): Promise<void> {
    dispatch({ type: 'previewed', jobId, preview: await decodePicture(png) })
  }

  async function resultFrom(
    { layer, recipe, placement, replaces, mask, avoid }: PendingJob,
    before: FillRecord | null,
    region: Rect | null,
    patches: readonly Patch[],
  ): Promise<Result> {
    if (patches.length === 0) throw new Error('Expected a patch before the job was done.')
    const inOrder = patches.toSorted((a, b) => a.variation - b.variation)
    return {
      layer,
      before,
      region,
      request: { layerId: layer.id, sourceHash: recipe.sourceHash, placement, recipe, mask, avoid, replaces },
      variations: await Promise.all(
        inOrder.map(async ({ png, seed, used }) => ({ png, seed, used, bitmap: await decodePicture(png) })),
      ),
      chosen: 0,
    }
  }

  async function resume(pending: PendingJob): Promise<void> {
    const picture = await opening.pictureOfPending(pending)
    const wish = wishOf(pending.recipe, effects.state.wish)
    dispatch({ type: 'resumed', jobId: pending.jobId, picture, wish })
    await run(pending.jobId, onlyTurn, async (jobId, signal) => {
      const patches = await effects.companion.attach(jobId, runOf(signal))
      const before = picture === null ? null : await placing.recordOf(picture, pending.replaces)
      return resultFrom(pending, before, null, patches)
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
  /** Of the canvas's size, where there is one; of the source's otherwise. */
  readonly masks: FillBlobs
  readonly canvas: Rect | null
  /** Where something changes, in pixels of the source. */
  readonly region: Rect | null
}

/** Where nothing is to be copied from, on all of the picture or a part; null: it may be everywhere. */
function avoidedOn({ history, source }: Picture, part?: Rect): Bits | null {
  const avoided = avoidedBy(marksOf(history))
  if (avoided.length === 0) return null
  const bits = bitsFromMarks(avoided, source.widthPx, source.heightPx, part)
  return isEmpty(bits) ? null : bits
}

async function pngOf(bits: Bits | null): Promise<Uint8Array | null> {
  return bits && encodeMaskPng(bits)
}

/** A merged layer holds every fill so far: editing it has to bring all of their marks back. */
async function unitedMasks(bits: Bits, avoided: Bits | null, earlier: FillMasks): Promise<FillMasks> {
  return {
    mask: await unitedMask(bits, earlier.mask),
    avoid: avoided === null ? earlier.avoid : await unitedMask(avoided, earlier.avoid),
  }
}

/** @param earlier null: there was none. */
async function unitedMask(bits: Bits, earlier: Uint8Array | null): Promise<Uint8Array> {
  if (earlier === null) return encodeMaskPng(bits)
  const marks = [await maskMarkFrom(earlier)]
  return encodeMaskPng(unitedBits(bits, bitsFromMarks(marks, bits.widthPx, bits.heightPx)))
}

/** Resolves once the screen shows the present state; in a window that is out of sight, after a moment. */
function shown(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    setTimeout(resolve, shownAtLatestMs)
  })
}
