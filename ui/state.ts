import type { ProgressReply } from '../companion/protocol.ts'
import {
  defaultSettings,
  type LayerInfo,
  type Margins,
  type Selection,
  type Settings,
  type Source,
  type Start,
} from '../plugin/messages.ts'
import { isMarked } from './derived.ts'
import type { Link } from './link.ts'
import { addMark, emptyHistory, type History, redoMark, undoMark } from './mask/history.ts'
import type { Mark } from './mask/stroke.ts'
import { type Models, type ModelsAction, noModels, reduceModels } from './models.ts'
import type { Picture, PictureTask, PlaceProblem, Result, ShownFill, Work } from './work.ts'

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
