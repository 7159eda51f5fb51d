import type { Rect } from '../../plugin/messages.ts'

/** In pixels of the image; parts of a pixel are allowed. */
export interface Point {
  readonly x: number
  readonly y: number
}

export type MarkMode = 'paint' | 'erase'

/** One movement of the brush. A single point is a dot. */
export interface Stroke {
  readonly kind: 'stroke'
  readonly mode: MarkMode
  /** In pixels of the image. */
  readonly radiusPx: number
  readonly points: readonly Point[]
}

/** What a lasso or a rectangle went round; the last point leads back to the first. */
export interface Area {
  readonly kind: 'area'
  readonly mode: MarkMode
  readonly points: readonly Point[]
}

/** What the companion found where the person pointed. */
export interface FoundThing {
  readonly kind: 'found'
  /** Opaque where it is, transparent elsewhere; stretched over `rect`. */
  readonly image: CanvasImageSource
  readonly rect: Rect
  /** Which of the things that were found before it takes the place of. */
  readonly insteadOf: 'all' | 'last' | 'none'
}

/** Everything that can be done to a mask, in the order it was done. */
export type Mark =
  | Stroke
  | Area
  | FoundThing
  /** Wipes what was marked before it. */
  | { readonly kind: 'clear' }
  /** A mask as it came with a fill that is edited: opaque where the picture is to be filled, transparent elsewhere. */
  | { readonly kind: 'mask'; readonly image: CanvasImageSource }

/** The marks that still count: none from before the last clearing, and no things that others took the place of. */
export function marksInForce(marks: readonly Mark[]): readonly Mark[] {
  const inForce: Mark[] = []
  for (const mark of marks) {
    if (mark.kind === 'clear') inForce.length = 0
    else {
      if (mark.kind === 'found') dropReplaced(inForce, mark.insteadOf)
      inForce.push(mark)
    }
  }
  return inForce
}

/** Whether `marks` can leave anything marked. Erasing all of a stroke shows only once the mask is drawn. */
export function hasMarks(marks: readonly Mark[]): boolean {
  return marksInForce(marks).some((mark) => !('mode' in mark) || mark.mode === 'paint')
}

function dropReplaced(marks: Mark[], insteadOf: FoundThing['insteadOf']): void {
  if (insteadOf === 'none') return
  for (let at = marks.length - 1; at >= 0; at--) {
    if (marks[at]!.kind !== 'found') continue
    marks.splice(at, 1)
    if (insteadOf === 'last') return
  }
}
