import type { ProgressReply, Task } from '../companion/protocol.ts'
import {
  defaultSettings,
  type LayerInfo,
  type Margins,
  type Selection,
  type Settings,
  type Source,
  type Start,
} from '../plugin/messages.ts'
import { wouldModelDoBetter } from './advice.ts'
import { chosenOf, isDrawnOn } from './derived.ts'
import type { Link } from './link.ts'
import { addMark, type History, redoMark, undoMark } from './mask/history.ts'
import type { Mark } from './mask/mark.ts'
import type { Change } from './mask/pointing.ts'
import { type Models, type ModelsAction, noModels, reduceModels } from './models.ts'
import { withCandidate, withFound, withoutFill, withPlaced, withTakenBack } from './picture-changes.ts'
import { enginesOf } from './readiness.ts'
import { reduceSeveral, type Several, type SeveralAction } from './several.ts'
import { strings } from './strings.ts'
import { noWish, type Wish } from './wish.ts'
import {
  type FillRecord,
  type Job,
  onlyTurn,
  type Picture,
  type PlaceProblem,
  type Pointing,
  type Result,
  type ShownFill,
  type Turn,
  type Work,
} from './work.ts'

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
  /** The next fill's words and numbers. They stay while pictures come and go, as the brush does. */
  readonly wish: Wish
  /** What was marked for the last fill, as PNG; null: nothing yet. */
  readonly lastMask: Uint8Array | null
  /** Marks on layers that were left, by the layer's id. */
  readonly drafts: Readonly<Record<string, Draft>>
  readonly models: Models
  /** The same on several layers; null: it is not asked for. */
  readonly several: Several | null
  readonly notice: Notice | null
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
  /** Where it can be done. */
  readonly leadsTo?: 'models'
}

export type Action =
  | { readonly type: 'started'; readonly start: Start }
  | { readonly type: 'link-changed'; readonly link: Link }
  | { readonly type: 'selected'; readonly selection: Selection }
  | { readonly type: 'opening'; readonly layer: LayerInfo }
  /** `wish` with a fill that is edited: what it was made from. */
  | { readonly type: 'opened'; readonly picture: Picture; readonly wish?: Wish }
  | { readonly type: 'not-opened'; readonly layer: LayerInfo; readonly notice: Notice }
  | {
      readonly type: 'looked'
      readonly fills: readonly ShownFill[]
      readonly placement: Source['placement']
      readonly expansion: Source['expansion']
    }
  | { readonly type: 'marked'; readonly mark: Mark }
  | { readonly type: 'looking'; readonly layerId: string; readonly isLooking: boolean }
  | {
      readonly type: 'found'
      readonly layerId: string
      readonly pointing: Pointing
      readonly change: Change
    }
  /** Another of what may be meant. */
  | { readonly type: 'candidate-chosen'; readonly index: number }
  | { readonly type: 'task-chosen'; readonly task: Task }
  | { readonly type: 'wished'; readonly change: Partial<Wish> }
  /** null: another one for each fill. */
  | { readonly type: 'seed-chosen'; readonly seed: number | null }
  /** Whether the fill that is edited stays, under the next one. */
  | { readonly type: 'edit-kept'; readonly keepsEdited: boolean }
  | { readonly type: 'margins-changed'; readonly margins: Margins }
  | { readonly type: 'mark-undone' }
  | { readonly type: 'mark-redone' }
  | { readonly type: 'filling'; readonly jobId: string; readonly turn: Turn }
  /** A job of an earlier window; its picture is null when the layer cannot be opened any more. */
  | {
      readonly type: 'resumed'
      readonly jobId: string
      readonly picture: Picture | null
      readonly wish: Wish
    }
  | { readonly type: 'progressed'; readonly progress: ProgressReply }
  | { readonly type: 'previewed'; readonly jobId: string; readonly preview: ImageBitmap }
  | { readonly type: 'filled'; readonly result: Result }
  | { readonly type: 'variation-chosen'; readonly index: number }
  /** `notice` is null after a cancel. */
  | { readonly type: 'not-filled'; readonly notice: Notice | null }
  | { readonly type: 'placing' }
  | { readonly type: 'placed'; readonly fill: ShownFill; readonly notes: readonly string[] }
  | { readonly type: 'not-placed'; readonly problem: PlaceProblem }
  | { readonly type: 'discarded' }
  | { readonly type: 'deleted'; readonly layerId: string; readonly before: FillRecord }
  /** The newest of `placed` was taken back; `restored` is what it had replaced or deleted. */
  | { readonly type: 'unplaced'; readonly restored: ShownFill | null }
  | { readonly type: 'mask-used'; readonly mask: Uint8Array }
  | { readonly type: 'settings-changed'; readonly settings: Settings }
  | { readonly type: 'models-changed'; readonly change: ModelsAction }
  | { readonly type: 'several-changed'; readonly change: SeveralAction }
  | { readonly type: 'noticed'; readonly notice: Notice }
  | { readonly type: 'dismissed' }

export const initialState: State = {
  host: 'figma',
  settings: defaultSettings,
  link: { state: 'searching' },
  wasReady: false,
  selection: { state: 'not-fillable', reason: 'nothing', message: '' },
  work: { step: 'start' },
  wish: noWish,
  lastMask: null,
  drafts: {},
  models: noModels,
  several: null,
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
    case 'mask-used':
      return { ...state, lastMask: action.mask }
    case 'wished':
      return { ...state, wish: { ...state.wish, ...action.change } }
    case 'models-changed':
      return { ...state, models: reduceModels(state.models, action.change) }
    case 'several-changed':
      return { ...state, several: reduceSeveral(state.several, action.change) }
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
      | 'mask-used'
      | 'wished'
      | 'models-changed'
      | 'several-changed'
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
      return {
        ...takeUp(action.picture, state.drafts),
        wish: action.wish ?? state.wish,
        notice: noticeOf(action.picture.source.notes),
      }
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
    case 'looking':
      return changeShown(work, action.layerId, (picture) => ({ ...picture, isLooking: action.isLooking }))
    case 'found':
      return {
        ...changeShown(work, action.layerId, (picture) => withFound(picture, action.pointing, action.change)),
        notice: null,
      }
    case 'candidate-chosen':
      return changePicture(work, (picture) => withCandidate(picture, action.index))
    case 'task-chosen':
      return changeChoice(work, { task: action.task })
    case 'seed-chosen':
      return changePicture(work, (picture) => ({ ...picture, seed: action.seed }))
    case 'edit-kept':
      return changeChoice(work, { keepsEdited: action.keepsEdited })
    case 'margins-changed':
      return changeChoice(work, { margins: action.margins })
    case 'mark-undone':
      return changeHistory(work, undoMark)
    case 'mark-redone':
      return changeHistory(work, redoMark)
    case 'filling':
      if (work.step !== 'paint') return {}
      return {
        work: { step: 'fill', picture: work.picture, job: newJob(action.jobId, action.turn) },
        notice: null,
      }
    case 'resumed':
      return {
        work: { step: 'fill', picture: action.picture, job: newJob(action.jobId) },
        wish: action.wish,
      }
    case 'progressed':
      if (work.step !== 'fill' || work.job.id !== action.progress.id) return {}
      return { work: { ...work, job: { ...work.job, progress: action.progress } } }
    case 'previewed':
      if (work.step !== 'fill' || work.job.id !== action.jobId) return {}
      return { work: { ...work, job: { ...work.job, preview: action.preview } } }
    case 'filled':
      if (work.step !== 'fill') return {}
      return {
        work: { step: 'review', picture: work.picture, result: action.result, problem: null },
      }
    case 'variation-chosen':
      if (work.step !== 'review') return {}
      return { work: { ...work, result: { ...work.result, chosen: action.index } } }
    case 'not-filled':
      if (work.step !== 'fill') return {}
      return { work: backToPaint(work.picture), notice: action.notice }
    case 'placing':
      if (work.step !== 'review') return {}
      return { work: { step: 'place', picture: work.picture, result: work.result } }
    case 'placed':
      if (work.step !== 'place') return {}
      return {
        ...placed(state.selection, work, action.fill),
        notice: noticeAfter(state, work, action.notes),
      }
    case 'not-placed':
      if (work.step !== 'place') return {}
      return { work: { ...work, step: 'review', problem: action.problem } }
    case 'discarded':
      return work.step === 'review' ? { work: backToPaint(work.picture) } : {}
    case 'deleted':
      return changePicture(work, (picture) => withoutFill(picture, action.layerId, action.before))
    case 'unplaced':
      return changePicture(work, (picture) => withTakenBack(picture, action.restored))
  }
}

function changePicture(work: Work, change: (picture: Picture) => Picture): Partial<State> {
  if (work.step === 'paint') return { work: { ...work, picture: change(work.picture) } }
  const isBusy = work.step === 'fill' || work.step === 'review'
  return isBusy && work.picture !== null ? { work: { ...work, picture: change(work.picture) } } : {}
}

/** As long as this picture is there to be marked: what was asked about another one comes too late. */
function changeShown(work: Work, layerId: string, change: (picture: Picture) => Picture): Partial<State> {
  const isShown = work.step === 'paint' && work.picture.source.layer.id === layerId
  return isShown ? changePicture(work, change) : {}
}

function newJob(id: string, turn: Turn = onlyTurn): Job {
  return { id, turn, progress: null, preview: null }
}

/** What was said about the last choice is settled by the next. */
function changeChoice(
  work: Work,
  choice: Partial<Pick<Picture, 'task' | 'margins' | 'keepsEdited'>>,
): Partial<State> {
  if (work.step !== 'paint') return {}
  return { work: { ...work, picture: { ...work.picture, ...choice } }, notice: null }
}

function changeHistory(work: Work, change: (history: History) => History): Partial<State> {
  if (work.step !== 'paint') return {}
  return changePicture(work, (picture) => ({
    ...picture,
    history: change(picture.history),
    pointing: null,
  }))
}

function backToPaint(picture: Picture | null): Work {
  return picture === null ? { step: 'choose' } : { step: 'paint', picture }
}

function placed(
  selection: Selection,
  work: Extract<Work, { step: 'place' }>,
  fill: ShownFill,
): Partial<State> {
  const { picture, result } = work
  if (picture === null) return { work: { step: 'choose' } }
  const areSeveralSelected = selection.state === 'fillable' && selection.layers.length > 1
  return {
    // Placing selects the new layer, and the source it lies on stays bound; several that are selected stay so.
    selection: areSeveralSelected ? selection : { state: 'fillable', layers: [picture.source.layer] },
    work: { step: 'paint', picture: withPlaced(picture, result, fill) },
  }
}

function keepDraft({ work, drafts }: State): State['drafts'] {
  if (work.step !== 'paint' || !isDrawnOn(work.picture)) return drafts
  const { source, history, edits } = work.picture
  return { ...drafts, [source.layer.id]: { hash: source.hash, history, edits } }
}

/** Marks made for another picture would lie on the wrong things: they come back only with theirs. */
function takeUp(picture: Picture, drafts: State['drafts']): Partial<State> {
  const { [picture.source.layer.id]: draft, ...otherDrafts } = drafts
  const isFresh = picture.edits === null && !isDrawnOn(picture)
  // What it is opened with was made of them.
  if (!isFresh && picture.edits === null) return { work: { step: 'paint', picture }, drafts: otherDrafts }
  if (draft === undefined || draft.hash !== picture.source.hash || !isFresh) {
    return { work: { step: 'paint', picture } }
  }
  const { history, edits } = draft
  return { work: { step: 'paint', picture: { ...picture, history, edits } }, drafts: otherDrafts }
}

/** What was done differently from what was asked, and what would do better next time. */
function noticeAfter(
  { link }: State,
  { picture, result }: Extract<Work, { step: 'place' }>,
  notes: readonly string[],
): Notice | null {
  const said = [...chosenOf(result).used.notes, ...notes]
  const isBettered = picture !== null && wouldModelDoBetter(result, picture, enginesOf(link))
  if (!isBettered) return noticeOf(said)
  return { tone: 'info', message: [...said, strings.largeHole].join(' '), leadsTo: 'models' }
}

function noticeOf(notes: readonly string[]): Notice | null {
  return notes.length === 0 ? null : { tone: 'info', message: notes.join(' ') }
}
