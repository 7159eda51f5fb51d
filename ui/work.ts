import type { ProgressReply, Task, Used } from '../companion/protocol.ts'
import type { LayerInfo, Margins, PlacedFill, PlaceRequest, Rect, Source } from '../plugin/messages.ts'
import type { History } from './mask/history.ts'
import type { FoundThing } from './mask/mark.ts'
import type { Prompt } from './mask/pointing.ts'

/** What the window works on, and how far it is. */
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
  /** The fill that is being edited: the next one takes its place, and until then it is not shown. */
  readonly edits: string | null
  /** Whether that fill stays, and the next one lies above it instead. */
  readonly keepsEdited: boolean
  readonly task: Task
  /** What the last mark was found by; null: it was not found by pointing, or something was done since. */
  readonly pointing: Pointing | null
  /** The companion looks for what was pointed at. */
  readonly isLooking: boolean
  /** Of the next fill; null: another one each time. */
  readonly seed: number | null
  /** For `expand`. */
  readonly margins: Margins
  /** What was placed or deleted by this window, newest last: each can be taken back. */
  readonly placed: readonly PlacedStep[]
}

/** What was pointed at, and what may be meant by it. */
export interface Pointing {
  readonly prompt: Prompt
  /** Best first, at least one. */
  readonly candidates: readonly Pick<FoundThing, 'image' | 'rect'>[]
  /** Which of them is marked. */
  readonly chosen: number
}

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
  /** The layer it made; null: it only deleted one. */
  readonly layerId: string | null
  readonly seed: number | null
  /** What it deleted or took the place of, ready to be placed again; null: nothing. */
  readonly before: FillRecord | null
  /** The layer that `before` was on. */
  readonly beforeId: string | null
  readonly wasEdit: boolean
  /** The marks it was made from. */
  readonly history: History
}

/** Everything about a placed fill that is needed to place it once more. */
export type FillRecord = Omit<PlaceRequest, 'replaces' | 'anyway'>

export interface Job {
  readonly id: string
  readonly turn: Turn
  /** null: nothing heard yet. */
  readonly progress: ProgressReply | null
  /** A small look at what is being made; null: none yet, or not asked for. */
  readonly preview: ImageBitmap | null
}

/** Which of several jobs that were asked for at once. */
export interface Turn {
  readonly index: number
  readonly count: number
}

export const onlyTurn: Turn = { index: 0, count: 1 }

export interface Result {
  readonly layer: LayerInfo
  /** As it was asked for: the chosen variation says who made it and from which seed. */
  readonly request: Omit<PlaceRequest, 'anyway' | 'png'>
  /** The part of the picture where they differ, with some ground around it; null: all of it. */
  readonly region: Rect | null
  readonly before: FillRecord | null
  /** At least one. */
  readonly variations: readonly Variation[]
  /** Which of them is shown, and will be placed. */
  readonly chosen: number
}

/** One of the pictures that came of a job. */
export interface Variation {
  readonly png: Uint8Array
  readonly bitmap: ImageBitmap
  readonly seed: number
  readonly used: Used
}

export interface PlaceProblem {
  readonly message: string
  /** It can be placed in spite of it. */
  readonly mayPlaceAnyway: boolean
}
