import type { Rect } from '../../plugin/messages.ts'

/** In pixels of the image; parts of a pixel are allowed. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Where a brush was, and how hard a pen was pressed there: 0 … 1; absent: not a pen. */
export interface BrushPoint extends Point {
  readonly pressure?: number
}

export type MarkMode = 'paint' | 'erase'

/** One movement of the brush. A single point is a dot. */
export interface Stroke {
  readonly kind: 'stroke'
  readonly mode: MarkMode
  /** In pixels of the image; of a pen, pressed as hard as can be. */
  readonly radiusPx: number
  readonly points: readonly BrushPoint[]
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
  /** Wipes what was marked before it; where nothing was, the areas that are avoided. */
  | { readonly kind: 'clear' }
  | MaskMark
  | AvoidMark
  /** How soft the fill's edge will be, in pixels of the image; null: as the engine finds right. */
  | { readonly kind: 'soften'; readonly featherPx: number | null }

/** A mask from elsewhere, or what became of the one that was drawn. */
export interface MaskMark {
  readonly kind: 'mask'
  /** Opaque where the picture is to be filled, transparent elsewhere; stretched over `rect`. */
  readonly image: CanvasImageSource
  /** null: all of the picture. */
  readonly rect: Rect | null
  /** It takes the place of all that was marked before. */
  readonly isAlone: boolean
}

/** An area that nothing is copied from: what was marked before it, which is not to be filled then. */
export interface AvoidMark {
  readonly kind: 'avoid'
  /** Opaque where nothing is copied from, transparent elsewhere; stretched over `rect`. */
  readonly image: CanvasImageSource
  /** null: all of the picture. */
  readonly rect: Rect | null
}

/**
 * The marks that still count: none from before the last clearing, none that became an area to be avoided, and no things that
 * others took the place of.
 */
export function marksInForce(marks: readonly Mark[]): readonly Mark[] {
  return replay(marks).marked
}

/** What nothing is copied from, to be drawn as any other mask. */
export function avoidedBy(marks: readonly Mark[]): readonly MaskMark[] {
  return replay(marks).avoided
}

/** What was said last about the fill's edge, in pixels of the image; null: nothing, or to leave it to the engine. */
export function featherOf(marks: readonly Mark[]): number | null {
  return marks.findLast((mark) => mark.kind === 'soften')?.featherPx ?? null
}

/** Whether `marks` can leave anything marked. Erasing all of a stroke shows only once the mask is drawn. */
export function hasMarks(marks: readonly Mark[]): boolean {
  return arePainted(marksInForce(marks))
}

function replay(marks: readonly Mark[]) {
  const marked: Mark[] = []
  const avoided: MaskMark[] = []
  for (const mark of marks) {
    switch (mark.kind) {
      case 'soften':
        break
      case 'clear':
        if (!arePainted(marked)) avoided.length = 0
        marked.length = 0
        break
      case 'avoid':
        avoided.push({ ...mark, kind: 'mask', isAlone: false })
        marked.length = 0
        break
      case 'mask':
        if (mark.isAlone) marked.length = 0
        marked.push(mark)
        break
      case 'found':
        dropReplaced(marked, mark.insteadOf)
        marked.push(mark)
        break
      default:
        marked.push(mark)
    }
  }
  return { marked, avoided }
}

function arePainted(inForce: readonly Mark[]): boolean {
  return inForce.some((mark) => !('mode' in mark) || mark.mode === 'paint')
}

function dropReplaced(marks: Mark[], insteadOf: FoundThing['insteadOf']): void {
  if (insteadOf === 'none') return
  for (let at = marks.length - 1; at >= 0; at--) {
    if (marks[at]!.kind !== 'found') continue
    marks.splice(at, 1)
    if (insteadOf === 'last') return
  }
}
