import type { ProgressReply, Used } from '../companion/protocol.ts'
import type { LayerInfo, Margins, PlacedFill, PlaceRequest, Rect, Source } from '../plugin/messages.ts'
import type { History } from './mask/history.ts'

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
