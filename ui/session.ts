import {
  canvasOf,
  type Event,
  type FailureCode,
  type LayerInfo,
  type Margins,
  type PendingJob,
  type PlacedFill,
  type Recipe,
  type Rect,
  type Requests,
  type Settings,
  type Source,
  type Start,
} from '../plugin/messages.ts'
import { type Companion, CompanionFailure, type Link, type Patch } from './companion.ts'
import { saveAsFile } from './download.ts'
import { addMark, emptyHistory, type History, historyFrom, marksOf } from './mask/history.ts'
import { encodeMaskPng } from './mask/png.ts'
import { type Bits, bitsFromMarks, emptyBits, isEmpty, unitedBits } from './mask/raster.ts'
import type { Mark } from './mask/stroke.ts'
import { createModelsSession, type ModelsSession } from './models-session.ts'
import { decodeMask, decodePicture, type FillCache, openPicture, showFills } from './picture.ts'
import { type FillPlan, planExpand, planFill } from './plan.ts'
import { type Sandbox, SandboxFailure } from './sandbox.ts'
import { openSentImages } from './sent-images.ts'
import {
  type Action,
  canUndo,
  expansionOn,
  type FillRecord,
  fillsInForce,
  initialState,
  isMarked,
  layerToFollow,
  type Notice,
  type Picture,
  type PictureTask,
  type Result,
  reduce,
  type ShownFill,
  type State,
  undoesMark,
  warningOf,
} from './state.ts'
import { strings } from './strings.ts'

/** Everything a person can do in the window. What comes of it shows in the state. */
export interface Session {
  readonly start: () => Promise<void>
  readonly receiveEvent: (event: Event) => void
  readonly receiveLink: (link: Link) => void
  readonly search: () => void
  readonly pair: (code: string) => void
  readonly saveToken: (token: string) => void
  readonly mark: (mark: Mark) => void
  /** The last mark; where there is none, the last fill. */
  readonly undo: () => void
  readonly redo: () => void
  readonly chooseTask: (task: PictureTask) => void
  readonly remove: () => void
  readonly setMargins: (margins: Margins) => void
  readonly expand: () => void
  readonly cancel: () => void
  readonly place: (anyway: boolean) => void
  readonly discard: () => void
  readonly download: () => void
  readonly dismissNotice: () => void
  readonly changeSettings: (change: Partial<Settings>) => void
  readonly resize: (width: number, height: number) => void
  /** The document may have changed while the person was away from the window. */
  readonly lookAgain: () => void
  readonly models: ModelsSession
}

export interface SessionOptions {
  readonly sandbox: Sandbox
  /** Called once, with what the sandbox keeps. */
  readonly connect: (start: Start) => Companion
  readonly onState: (state: State) => void
}

const settingsDelayMs = 400
const shownAtLatestMs = 100
/** The layer is not what it was; the fill can be placed all the same. */
const sourceLost: ReadonlySet<string> = new Set<FailureCode>(['source-gone', 'source-changed'])

/** All effects of the window: it asks Figma's sandbox and the companion, and tells the state what came of it. */
export function createSession({ sandbox, connect, onState }: SessionOptions): Session {
  let state = initialState
  let companion: Companion | null = null
  let sentImages: ReturnType<typeof openSentImages> | null = null
  let running: AbortController | null = null
  let isTakingBack = false
  /** Fills by their hash, placed by this window or read from the document: what it takes to place them again. */
  const records = new Map<string, FillRecord>()
  const fillCache: FillCache = new Map()
  let settingsTimer: ReturnType<typeof setTimeout> | undefined
  const models = createModelsSession({
    companion: () => companion,
    dispatch: (change) => dispatch({ type: 'models-changed', change }),
    failureFrom: noticeFrom,
  })

  return {
    start: () => owned(start()),
    receiveEvent,
    receiveLink(link) {
      if (link.state !== 'ready') sentImages?.forget()
      dispatch({ type: 'link-changed', link })
    },
    search: () => companion?.search(),
    pair: (code) => companion?.pair(code),
    saveToken: (token) => void owned(sandbox.ask('saveToken', { token })),
    mark: (mark) => dispatch({ type: 'marked', mark }),
    undo,
    redo: () => dispatch({ type: 'mark-redone' }),
    chooseTask: (task) => dispatch({ type: 'task-chosen', task }),
    remove: () => void owned(remove()),
    setMargins: (margins) => dispatch({ type: 'margins-changed', margins }),
    expand: () => void owned(expand()),
    cancel: () => running?.abort(),
    place: (anyway) => void owned(place(anyway)),
    discard: () => void owned(discard()),
    download() {
      if (state.work.step !== 'review') return
      const { layer, request } = state.work.result
      saveAsFile(request.png, `${layer.name} – ${strings.made[request.recipe.task]}.png`, 'image/png')
    },
    dismissNotice: () => dispatch({ type: 'dismissed' }),
    changeSettings,
    resize(width, height) {
      void owned(sandbox.ask('resize', { width, height }))
      changeSettings({ windowWidth: width, windowHeight: height })
    },
    lookAgain: () => void owned(lookAgain()),
    models,
  }

  function dispatch(action: Action): void {
    state = reduce(state, action)
    onState(state)
  }

  /** What nothing else catches is told to the person, and to the console with its stack. */
  async function owned(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      dispatch({ type: 'noticed', notice: noticeFrom(error) })
    }
  }

  async function start(): Promise<void> {
    const started = await sandbox.ask('start', {})
    dispatch({ type: 'started', start: started })
    companion = connect(started)
    sentImages = openSentImages(companion)
    if (started.pendingJob !== null) await resume(started.pendingJob)
    if (started.editLayerId !== null) await edit(started.editLayerId)
    else await followSelection()
  }

  function receiveEvent(event: Event): void {
    if (event.type === 'edit') {
      void owned(edit(event.layerId))
    } else {
      dispatch({ type: 'selected', selection: event.selection })
      void owned(followSelection())
    }
  }

  async function followSelection(): Promise<void> {
    const layer = layerToFollow(state)
    if (layer !== null) await open(layer, () => loadPicture(layer))
  }

  async function open(layer: LayerInfo, load: () => Promise<Picture>): Promise<void> {
    dispatch({ type: 'opening', layer })
    try {
      dispatch({ type: 'opened', picture: await load() })
    } catch (error) {
      dispatch({ type: 'not-opened', layer, notice: noticeFrom(error) })
    }
  }

  async function loadPicture({ id }: LayerInfo): Promise<Picture> {
    return pictureOf(await sandbox.ask('openSource', { layerId: id }))
  }

  async function pictureOf(source: Source): Promise<Picture> {
    return openPicture(source, await shownFills(source.fills))
  }

  function shownFills(fills: Source['fills']): Promise<readonly ShownFill[]> {
    return showFills(fills, fillCache, async (layerId) => (await sandbox.ask('openFill', { layerId })).png)
  }

  async function edit(layerId: string): Promise<void> {
    if (!['choose', 'open', 'paint'].includes(state.work.step)) {
      dispatch({ type: 'noticed', notice: { tone: 'info', message: strings.finishFirst } })
      return
    }
    const { source, recipe, mask, replaces } = await sandbox.ask('editFill', { layerId })
    await open(source.layer, async () => {
      const picture = { ...(await pictureOf(source)), edits: replaces }
      const { margins } = recipe
      if (margins !== undefined) return { ...picture, task: 'expand', margins }
      return { ...picture, history: historyFrom([{ kind: 'mask', image: await decodeMask(mask) }]) }
    })
  }

  function undo(): void {
    if (state.work.step !== 'paint' || !canUndo(state.work)) return
    if (undoesMark(state.work.picture)) dispatch({ type: 'mark-undone' })
    else if (!isTakingBack) void owned(takeBack(state.work.picture))
  }

  /** Takes the last placed fill back; what it had replaced is placed again. */
  async function takeBack({ placed, source }: Picture): Promise<void> {
    const last = placed.at(-1)
    if (last === undefined) return
    isTakingBack = true
    try {
      const restored = last.before === null ? null : await placeAgain(last.before, source, last.layerId)
      if (restored === null) await sandbox.ask('removeFill', { layerId: last.layerId })
      dispatch({ type: 'unplaced', restored })
    } finally {
      isTakingBack = false
    }
  }

  async function placeAgain(record: FillRecord, { layer }: Source, replaces: string): Promise<ShownFill> {
    const { fill } = await sandbox.ask('place', { ...record, layerId: layer.id, replaces, anyway: false })
    return remember(fill, record, await decodePicture(record.png))
  }

  function remember(fill: PlacedFill, record: FillRecord, bitmap: ImageBitmap): ShownFill {
    records.set(fill.hash, record)
    fillCache.set(fill.hash, { png: record.png, bitmap })
    return { ...fill, png: record.png, bitmap }
  }

  /** The main thing: marks → mask → companion → patch → layer. */
  async function remove(): Promise<void> {
    if (state.work.step !== 'paint' || state.link.state !== 'ready') return
    const { picture } = state.work
    await run(randomId(), async (jobId, signal) => {
      // The window says that it has begun before it draws the mask, which takes a moment for a large picture.
      await shown()
      const bits = bitsFromMarks(marksOf(picture.history), picture.source.widthPx, picture.source.heightPx)
      if (isEmpty(bits)) {
        dispatch({ type: 'not-filled', notice: { tone: 'info', message: strings.nothingMarked } })
        return null
      }
      const present = await lookBeforeFill(picture)
      signal.throwIfAborted()
      return present === null ? null : fill(jobId, present, bits, signal)
    })
    // What went wrong is read first.
    if (state.notice === null) await followSelection()
  }

  /** Margins → canvas → companion → patch → larger layer. */
  async function expand(): Promise<void> {
    if (state.work.step !== 'paint' || state.link.state !== 'ready') return
    const { picture } = state.work
    await run(randomId(), async (jobId, signal) => {
      const present = await lookBeforeFill(picture)
      signal.throwIfAborted()
      return present === null ? null : fillMargins(jobId, present, signal)
    })
    // What went wrong is read first.
    if (state.notice === null) await followSelection()
  }

  /** Runs a job up to its result, and places that as the settings say. */
  async function run(
    jobId: string,
    work: (jobId: string, signal: AbortSignal) => Promise<Result | null>,
  ): Promise<void> {
    const controller = new AbortController()
    running = controller
    if (state.work.step === 'paint') dispatch({ type: 'filling', jobId })
    try {
      const result = await work(jobId, controller.signal)
      if (result === null) return
      dispatch({ type: 'filled', result })
    } catch (error) {
      await forgetPendingJob()
      dispatch({ type: 'not-filled', notice: controller.signal.aborted ? null : noticeFrom(error) })
      return
    } finally {
      running = null
    }
    if (state.settings.placeAtOnce && warningOf(state.work) === null) await place(false)
  }

  /** The picture as the document has it now; null: it shows another one, which the person has to look at first. */
  async function lookBeforeFill(picture: Picture): Promise<Picture | null> {
    const layerId = picture.source.layer.id
    const { hash, fills, placement, expansion } = await sandbox.ask('lookAtSource', { layerId })
    if (hash !== picture.source.hash) {
      await showChanged(picture)
      return null
    }
    const shown = await shownFills(fills)
    dispatch({ type: 'looked', fills: shown, placement, expansion })
    return { ...picture, source: { ...picture.source, placement, expansion }, fills: shown }
  }

  async function showChanged({ source, history, task, margins }: Picture): Promise<void> {
    const { layer, widthPx, heightPx } = source
    const picture = await loadPicture(layer)
    const isSameSize = picture.source.widthPx === widthPx && picture.source.heightPx === heightPx
    dispatch({ type: 'not-filled', notice: null })
    dispatch({ type: 'opening', layer })
    const marks = isSameSize ? history : emptyHistory
    dispatch({ type: 'opened', picture: { ...picture, task, margins, history: marks } })
    dispatch({ type: 'noticed', notice: { tone: 'info', message: strings.sourceChanged[task] } })
  }

  async function fill(jobId: string, picture: Picture, bits: Bits, signal: AbortSignal): Promise<Result> {
    const { source, edits } = picture
    const plan = planFill(fillsInForce(picture), edits, source.placement, state.settings)
    const before = await recordOf(picture, plan.replaces)
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
    const plan = planExpand({ fills, earlier, expansion, margins, image: source }, state.settings)
    const before = await recordOf(picture, plan.replaces)
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
    const patches = await sentImages!.withImage(base, plan.patches, take, (imageId) =>
      companion!.fill(
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

  /** A job that an earlier window began and did not see the end of. */
  async function resume(pending: PendingJob): Promise<void> {
    const picture = await pictureOfPending(pending)
    dispatch({ type: 'resumed', jobId: pending.jobId, picture })
    await run(pending.jobId, async (jobId, signal) => {
      const patches = await companion!.attach(jobId, {
        signal,
        onProgress: (progress) => dispatch({ type: 'progressed', progress }),
      })
      const before = picture === null ? null : await recordOf(picture, pending.replaces)
      return resultFrom(pending, before, patches)
    })
  }

  /** Null: the layer is gone; the job's result is offered all the same. */
  async function pictureOfPending({ layer, recipe, mask }: PendingJob): Promise<Picture | null> {
    try {
      const picture = await loadPicture(layer)
      const { margins } = recipe
      if (margins !== undefined) return { ...picture, task: 'expand', margins }
      const history: History = addMark(emptyHistory, { kind: 'mask', image: await decodeMask(mask) })
      return { ...picture, history }
    } catch (error) {
      if (error instanceof SandboxFailure) return null
      throw error
    }
  }

  /** What it takes to place a fill of the picture once more; null: it does not lie there. */
  async function recordOf({ fills }: Picture, layerId: string | null): Promise<FillRecord | null> {
    const fill = fills.find((each) => each.layerId === layerId)
    if (fill === undefined) return null
    const known = records.get(fill.hash)
    if (known !== undefined) return known
    const { source, recipe, mask } = await sandbox.ask('editFill', { layerId: fill.layerId })
    const { placement, png } = fill
    const record = {
      layerId: source.layer.id,
      sourceHash: recipe.sourceHash,
      placement,
      png,
      recipe,
      mask,
    }
    records.set(fill.hash, record)
    return record
  }

  async function place(anyway: boolean): Promise<void> {
    if (state.work.step !== 'review') return
    const { result } = state.work
    dispatch({ type: 'placing' })
    let placed: Requests['place']['gets']
    try {
      placed = await sandbox.ask('place', { ...result.request, anyway })
    } catch (error) {
      const isSourceLost = error instanceof SandboxFailure && sourceLost.has(error.code)
      dispatch({
        type: 'not-placed',
        problem: { message: noticeFrom(error).message, mayPlaceAnyway: isSourceLost },
      })
      return
    }
    const { replaces: _, ...record } = result.request
    const fill = remember(placed.fill, record, result.bitmap)
    dispatch({ type: 'placed', fill, notes: placed.notes })
    await forgetPendingJob()
    await followSelection()
  }

  async function discard(): Promise<void> {
    dispatch({ type: 'discarded' })
    await forgetPendingJob()
    await followSelection()
  }

  async function keepPendingJob(job: PendingJob): Promise<void> {
    try {
      await sandbox.ask('savePendingJob', { job })
    } catch (error) {
      // Then the fill cannot be found again once the window is closed, which is no reason not to make it.
      if (!(error instanceof SandboxFailure && error.code === 'storage-full')) throw error
    }
  }

  async function forgetPendingJob(): Promise<void> {
    await owned(sandbox.ask('savePendingJob', { job: null }))
  }

  async function lookAgain(): Promise<void> {
    if (state.work.step !== 'paint') return
    const { layer, hash } = state.work.picture.source
    const seen = await sandbox.ask('lookAtSource', { layerId: layer.id })
    if (seen.hash !== hash) {
      // Where something is marked, the next fill says it and keeps the marks.
      if (state.work.step === 'paint' && !isMarked(state.work.picture))
        await open(layer, () => loadPicture(layer))
      return
    }
    const fills = await shownFills(seen.fills)
    if (state.work.step === 'paint' && state.work.picture.source.layer.id === layer.id) {
      const { placement, expansion } = seen
      dispatch({ type: 'looked', fills, placement, expansion })
    }
  }

  function changeSettings(change: Partial<Settings>): void {
    dispatch({ type: 'settings-changed', settings: { ...state.settings, ...change } })
    clearTimeout(settingsTimer)
    settingsTimer = setTimeout(
      () => void owned(sandbox.ask('saveSettings', { settings: state.settings })),
      settingsDelayMs,
    )
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

/** Failures carry their own sentence; anything else is a bug, whose stack goes to the console. */
function noticeFrom(error: unknown): Notice {
  if (error instanceof SandboxFailure) return { tone: 'error', message: error.message }
  if (error instanceof CompanionFailure) {
    const message = error.code === 'job-unknown' ? strings.resumedFailed : error.message
    return { tone: 'error', message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  }
  console.error(error)
  return { tone: 'error', message: strings.internal }
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
