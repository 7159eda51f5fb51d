import type { ProgressReply, Used } from '../companion/protocol.ts'
import {
  canvasOf,
  defaultSettings,
  type LayerInfo,
  type Margins,
  type PlacedFill,
  type PlaceRequest,
  type Rect,
  type Selection,
  type Settings,
  type Source,
  type Start,
} from '../plugin/messages.ts'
import type { Link } from './companion.ts'
import { addMark, emptyHistory, type History, marksOf, redoMark, undoMark } from './mask/history.ts'
import { hasMarks, type Mark } from './mask/stroke.ts'
import { type Models, type ModelsAction, noModels, reduceModels } from './models.ts'

/** All that the window shows. Changed only by `reduce`; what it takes to get there is done in `session.ts`. */
export interface State {
  readonly host: Start['host']
  readonly settings: Settings
  readonly link: Link
  /** Once the companion was there, its absence is said beside the picture and no longer instead of it. */
  readonly wasReady: boolean
  /** Figma's. The window follows it, but not in the middle of a fill. */
  readonly selection: Selection
  readonly work: Work
  /** Marks on layers that were left, by the layer's id. */
  readonly drafts: Readonly<Record<string, Draft>>
  readonly models: Models
  readonly notice: Notice | null
}

export type Work =
  /** Figma has not answered yet. */
  | { readonly step: 'start' }
  /** Nothing to work on; `selection` says why. */
  | { readonly step: 'choose' }
  | { readonly step: 'open'; readonly layer: LayerInfo }
  | { readonly step: 'paint'; readonly picture: Picture }
  | { readonly step: 'fill'; readonly picture: Picture | null; readonly job: Job }
  /** The result waits for the person: by their choice, or because it could not be placed. */
  | {
      readonly step: 'review'
      readonly picture: Picture | null
      readonly result: Result
      readonly problem: PlaceProblem | null
    }
  | { readonly step: 'place'; readonly picture: Picture | null; readonly result: Result }

/** A bound source, what lies on it, and what is marked. */
export interface Picture {
  readonly source: Source
  readonly bitmap: ImageBitmap
  /** Lowest first; a finished one hides all beneath it. */
  readonly fills: readonly ShownFill[]
  readonly history: History
  /** The fill that is being edited: it is not shown, and the next one takes its place. */
  readonly edits: string | null
  readonly task: PictureTask
  /** For `expand`. */
  readonly margins: Margins
  /** What was placed by this window, newest last: each can be taken back. */
  readonly placed: readonly PlacedStep[]
}

export type PictureTask = 'remove' | 'expand'

/** A picture on the screen, and where: in pixels of the source. */
export interface LaidImage {
  readonly bitmap: ImageBitmap
  readonly rect: Rect
}

export interface ShownFill extends PlacedFill {
  readonly png: Uint8Array
  readonly bitmap: ImageBitmap
}

export interface PlacedStep {
  readonly layerId: string
  /** What it took the place of, ready to be placed again. */
  readonly before: FillRecord | null
  readonly wasEdit: boolean
  /** The marks it was made from. */
  readonly history: History
}

/** Everything about a placed fill that is needed to place it once more. */
export type FillRecord = Omit<PlaceRequest, 'replaces' | 'anyway'>

export interface Job {
  readonly id: string
  /** null: nothing heard yet. */
  readonly progress: ProgressReply | null
}

export interface Result {
  readonly layer: LayerInfo
  readonly request: Omit<PlaceRequest, 'anyway'>
  readonly before: FillRecord | null
  readonly bitmap: ImageBitmap
  readonly used: Used
}

export interface PlaceProblem {
  readonly message: string
  /** It can be placed in spite of it. */
  readonly mayPlaceAnyway: boolean
}

export interface Draft {
  readonly hash: string
  readonly history: History
  readonly edits: string | null
}

export interface Notice {
  readonly tone: 'error' | 'info'
  readonly message: string
  /** What to do, where the message does not say it. */
  readonly hint?: string
}

export type Action =
  | { readonly type: 'started'; readonly start: Start }
  | { readonly type: 'link-changed'; readonly link: Link }
  | { readonly type: 'selected'; readonly selection: Selection }
  | { readonly type: 'opening'; readonly layer: LayerInfo }
  | { readonly type: 'opened'; readonly picture: Picture }
  | { readonly type: 'not-opened'; readonly layer: LayerInfo; readonly notice: Notice }
  | {
      readonly type: 'looked'
      readonly fills: readonly ShownFill[]
      readonly placement: Source['placement']
      readonly expansion: Source['expansion']
    }
  | { readonly type: 'marked'; readonly mark: Mark }
  | { readonly type: 'task-chosen'; readonly task: PictureTask }
  | { readonly type: 'margins-changed'; readonly margins: Margins }
  | { readonly type: 'mark-undone' }
  | { readonly type: 'mark-redone' }
  | { readonly type: 'filling'; readonly jobId: string }
  /** A job of an earlier window; its picture is null when the layer cannot be opened any more. */
  | { readonly type: 'resumed'; readonly jobId: string; readonly picture: Picture | null }
  | { readonly type: 'progressed'; readonly progress: ProgressReply }
  | { readonly type: 'filled'; readonly result: Result }
  /** `notice` is null after a cancel. */
  | { readonly type: 'not-filled'; readonly notice: Notice | null }
  | { readonly type: 'placing' }
  | { readonly type: 'placed'; readonly fill: ShownFill; readonly notes: readonly string[] }
  | { readonly type: 'not-placed'; readonly problem: PlaceProblem }
  | { readonly type: 'discarded' }
  /** The newest of `placed` was taken back; `restored` is what it had replaced. */
  | { readonly type: 'unplaced'; readonly restored: ShownFill | null }
  | { readonly type: 'settings-changed'; readonly settings: Settings }
  | { readonly type: 'models-changed'; readonly change: ModelsAction }
  | { readonly type: 'noticed'; readonly notice: Notice }
  | { readonly type: 'dismissed' }

export const initialState: State = {
  host: 'figma',
  settings: defaultSettings,
  link: { state: 'searching' },
  wasReady: false,
  selection: { state: 'not-fillable', reason: 'nothing', message: '' },
  work: { step: 'start' },
  drafts: {},
  models: noModels,
  notice: null,
}

/** An action that does not belong to the present step changes nothing: its answer came too late. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'started': {
      const { host, settings, selection } = action.start
      return { ...state, host, settings, selection, work: { step: 'choose' } }
    }
    case 'link-changed':
      return {
        ...state,
        link: action.link,
        wasReady: state.wasReady || action.link.state === 'ready',
      }
    case 'selected':
      return { ...state, selection: action.selection }
    case 'settings-changed':
      return { ...state, settings: action.settings }
    case 'models-changed':
      return { ...state, models: reduceModels(state.models, action.change) }
    case 'noticed':
      return { ...state, notice: action.notice }
    case 'dismissed':
      return { ...state, notice: null }
    default:
      return { ...state, ...reduceWork(state, action) }
  }
}

type WorkAction = Exclude<
  Action,
  {
    type:
      | 'started'
      | 'link-changed'
      | 'selected'
      | 'settings-changed'
      | 'models-changed'
      | 'noticed'
      | 'dismissed'
  }
>

function reduceWork(state: State, action: WorkAction): Partial<State> {
  const { work } = state
  switch (action.type) {
    case 'opening':
      return {
        work: { step: 'open', layer: action.layer },
        drafts: keepDraft(state),
        notice: null,
      }
    case 'opened': {
      if (work.step !== 'open' || work.layer.id !== action.picture.source.layer.id) return {}
      return { ...takeUp(action.picture, state.drafts), notice: noticeOf(action.picture.source.notes) }
    }
    case 'not-opened':
      if (work.step !== 'open' || work.layer.id !== action.layer.id) return {}
      return { work: { step: 'choose' }, notice: action.notice }
    case 'looked':
      return changePicture(work, ({ source, ...rest }) => ({
        ...rest,
        source: { ...source, placement: action.placement, expansion: action.expansion },
        fills: action.fills,
      }))
    case 'marked':
      // The next stroke is the next thing: what was said about the last one is settled.
      return { ...changeHistory(work, (history) => addMark(history, action.mark)), notice: null }
    case 'task-chosen':
      return changeChoice(work, { task: action.task })
    case 'margins-changed':
      return changeChoice(work, { margins: action.margins })
    case 'mark-undone':
      return changeHistory(work, undoMark)
    case 'mark-redone':
      return changeHistory(work, redoMark)
    case 'filling':
      if (work.step !== 'paint') return {}
      return {
        work: { step: 'fill', picture: work.picture, job: { id: action.jobId, progress: null } },
        notice: null,
      }
    case 'resumed':
      return {
        work: { step: 'fill', picture: action.picture, job: { id: action.jobId, progress: null } },
      }
    case 'progressed':
      if (work.step !== 'fill' || work.job.id !== action.progress.id) return {}
      return { work: { ...work, job: { ...work.job, progress: action.progress } } }
    case 'filled':
      if (work.step !== 'fill') return {}
      return {
        work: { step: 'review', picture: work.picture, result: action.result, problem: null },
      }
    case 'not-filled':
      if (work.step !== 'fill') return {}
      return { work: backToPaint(work.picture), notice: action.notice }
    case 'placing':
      if (work.step !== 'review') return {}
      return { work: { step: 'place', picture: work.picture, result: work.result } }
    case 'placed':
      if (work.step !== 'place') return {}
      return {
        ...placed(work, action.fill),
        notice: noticeOf([...work.result.used.notes, ...action.notes]),
      }
    case 'not-placed':
      if (work.step !== 'place') return {}
      return { work: { ...work, step: 'review', problem: action.problem } }
    case 'discarded':
      return work.step === 'review' ? { work: backToPaint(work.picture) } : {}
    case 'unplaced':
      return changePicture(work, (picture) => unplaced(picture, action.restored))
  }
}

/** What the window should show instead of what it shows; null: it shows the right thing, or must not be interrupted. */
export function layerToFollow({ selection, work }: State): LayerInfo | null {
  if (selection.state !== 'fillable') return null
  const layer = selection.layers[0]
  if (layer === undefined) return null
  switch (work.step) {
    case 'choose':
      return layer
    case 'open':
      return work.layer.id === layer.id ? null : layer
    case 'paint': {
      const { source, fills } = work.picture
      const isShown =
        source.layer.id === layer.id || fills.some((fill) => fill.layerId === layer.id && !isPicture(fill))
      return isShown ? null : layer
    }
    default:
      return null
  }
}

/** An expanded copy is a picture of its own once it is selected. */
function isPicture({ margins, placement }: PlacedFill): boolean {
  return margins !== null && placement === 'finished'
}

/** Whether anything is marked that Remove could take away. */
export function isMarked(picture: Picture): boolean {
  return hasMarks(marksOf(picture.history))
}

/** The pictures to lay over one another, lowest first. A finished copy stands for all beneath it. */
export function imagesToShow(
  { picture, result }: { readonly picture: Picture | null; readonly result: Result | null },
  showOriginal: boolean,
): readonly LaidImage[] {
  if (picture === null) return result === null ? [] : [{ bitmap: result.bitmap, rect: sizeOf(result.bitmap) }]
  const original = { bitmap: picture.bitmap, rect: wholeOf(picture.source) }
  if (showOriginal) return [original]
  const { source } = picture
  const fills = [...fillsInForce(picture), ...shownExpansions(picture)]
    .filter(({ layerId }) => layerId !== result?.request.replaces)
    .map(({ placement, bitmap, margins }) => ({ placement, bitmap, rect: rectOf(source, margins) }))
  if (result !== null) {
    const { placement, recipe } = result.request
    const { bitmap } = result
    fills.push({ placement, bitmap, rect: rectOf(source, recipe.margins ?? null) })
  }
  const topFinished = fills.findLastIndex(({ placement }) => placement === 'finished')
  const shown = fills.slice(Math.max(0, topFinished)).map(({ bitmap, rect }) => ({ bitmap, rect }))
  return topFinished >= 0 ? shown : [original, ...shown]
}

/** What the layer will show with the margins that are set, in pixels of the source; null: nothing is being expanded. */
export function canvasToShow(picture: Picture | null): Rect | null {
  if (picture?.task !== 'expand' || picture.source.expansion.state === 'impossible') return null
  return canvasOf(picture.source.expansion, picture.margins)
}

/** The fills that the picture shows and that the next fill sees: all but the one that is being edited, and margins. */
export function fillsInForce({ fills, edits }: Picture): readonly ShownFill[] {
  return fills.filter(({ layerId, margins }) => layerId !== edits && margins === null)
}

/** The layer with the picture's margins, which the next expanding replaces. */
export function expansionOn({ fills }: Picture): ShownFill | null {
  return fills.findLast(({ margins }) => margins !== null) ?? null
}

/** An expanded copy hides the source: what is removed from that would not be seen. */
export function isHiddenByExpansion(picture: Picture): boolean {
  return expansionOn(picture)?.placement === 'finished'
}

/** What the person has to agree to before the result is placed; null: nothing, or agreed to with an earlier fill. */
export function warningOf(work: Work): string | null {
  if (!('picture' in work) || work.picture === null || work.picture.fills.length > 0) return null
  return work.picture.source.warning
}

export function canUndo(work: Work): boolean {
  return work.step === 'paint' && (undoesMark(work.picture) || work.picture.placed.length > 0)
}

/** Whether undo takes back a mark and not a fill. Marks are out of sight while a picture is expanded. */
export function undoesMark({ task, history }: Picture): boolean {
  return task === 'remove' && history.done.length > 0
}

export function canRedo(work: Work): boolean {
  return work.step === 'paint' && work.picture.task === 'remove' && work.picture.history.undone.length > 0
}

/** Only as long as the margins that are set are the ones it was made with. */
function shownExpansions(picture: Picture): readonly ShownFill[] {
  const expansion = expansionOn(picture)
  if (picture.task !== 'expand' || expansion?.margins == null) return []
  return areSameMargins(expansion.margins, picture.margins) ? [expansion] : []
}

function areSameMargins(a: Margins, b: Margins): boolean {
  return a.top === b.top && a.right === b.right && a.bottom === b.bottom && a.left === b.left
}

function rectOf(source: Source, margins: Margins | null): Rect {
  const { expansion } = source
  return margins === null || expansion.state === 'impossible' ? wholeOf(source) : canvasOf(expansion, margins)
}

function wholeOf({ widthPx, heightPx }: Source): Rect {
  return { x: 0, y: 0, width: widthPx, height: heightPx }
}

function sizeOf({ width, height }: ImageBitmap): Rect {
  return { x: 0, y: 0, width, height }
}

function changePicture(work: Work, change: (picture: Picture) => Picture): Partial<State> {
  return work.step === 'paint' || (work.step === 'fill' && work.picture !== null)
    ? { work: { ...work, picture: change(work.picture as Picture) } }
    : {}
}

/** What was said about the last choice is settled by the next. */
function changeChoice(work: Work, choice: Partial<Pick<Picture, 'task' | 'margins'>>): Partial<State> {
  if (work.step !== 'paint') return {}
  return { work: { ...work, picture: { ...work.picture, ...choice } }, notice: null }
}

function changeHistory(work: Work, change: (history: History) => History): Partial<State> {
  if (work.step !== 'paint') return {}
  return changePicture(work, (picture) => ({ ...picture, history: change(picture.history) }))
}

function backToPaint(picture: Picture | null): Work {
  return picture === null ? { step: 'choose' } : { step: 'paint', picture }
}

function placed(work: Extract<Work, { step: 'place' }>, fill: ShownFill): Partial<State> {
  const { picture, result } = work
  if (picture === null) return { work: { step: 'choose' } }
  const { replaces } = result.request
  return {
    // Placing selects the new layer; the source it lies on stays bound.
    selection: { state: 'fillable', layers: [picture.source.layer] },
    work: {
      step: 'paint',
      picture: {
        ...picture,
        fills: [...picture.fills.filter(({ layerId }) => layerId !== replaces), fill],
        // Expanding leaves the marks for the next thing to be removed.
        history: picture.task === 'expand' ? picture.history : emptyHistory,
        edits: null,
        placed: [
          ...picture.placed,
          {
            layerId: fill.layerId,
            before: result.before,
            wasEdit: picture.edits !== null,
            history: picture.history,
          },
        ],
      },
    },
  }
}

/** The marks come back with what the fill had replaced, which has a new layer now. */
function unplaced(picture: Picture, restored: ShownFill | null): Picture {
  const last = picture.placed.at(-1)
  if (last === undefined) return picture
  const fills = picture.fills.filter(({ layerId }) => layerId !== last.layerId)
  const earlier = picture.placed.slice(0, -1)
  const previous = earlier.at(-1)
  return {
    ...picture,
    fills: restored === null ? fills : [...fills, restored],
    history: last.history,
    edits: last.wasEdit && restored !== null ? restored.layerId : null,
    placed:
      restored === null || previous === undefined
        ? earlier
        : [...earlier.slice(0, -1), { ...previous, layerId: restored.layerId }],
  }
}

function keepDraft({ work, drafts }: State): State['drafts'] {
  if (work.step !== 'paint' || !isMarked(work.picture)) return drafts
  const { source, history, edits } = work.picture
  return { ...drafts, [source.layer.id]: { hash: source.hash, history, edits } }
}

/** Marks made for another picture would lie on the wrong things: they come back only with theirs. */
function takeUp(picture: Picture, drafts: State['drafts']): Partial<State> {
  const { [picture.source.layer.id]: draft, ...otherDrafts } = drafts
  const isFresh = picture.edits === null && !isMarked(picture)
  if (draft === undefined || draft.hash !== picture.source.hash || !isFresh) {
    return { work: { step: 'paint', picture } }
  }
  const { history, edits } = draft
  return { work: { step: 'paint', picture: { ...picture, history, edits } }, drafts: otherDrafts }
}

function noticeOf(notes: readonly string[]): Notice | null {
  return notes.length === 0 ? null : { tone: 'info', message: notes.join(' ') }
}
