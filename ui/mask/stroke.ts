/** In pixels of the image; parts of a pixel are allowed. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** One movement of the brush. A single point is a dot. */
export interface Stroke {
  readonly kind: 'stroke'
  readonly mode: StrokeMode
  /** In pixels of the image. */
  readonly radiusPx: number
  readonly points: readonly Point[]
}

export type StrokeMode = 'paint' | 'erase'

/** Everything that can be done to a mask, in the order it was done. */
export type Mark =
  | Stroke
  /** Wipes what was marked before it. */
  | { readonly kind: 'clear' }
  /** A mask as it came with a fill that is edited: opaque where the picture is to be filled, transparent elsewhere. */
  | { readonly kind: 'mask'; readonly image: CanvasImageSource }

/** Whether `marks` can leave anything marked. Erasing all of a stroke shows only once the mask is drawn. */
export function hasMarks(marks: readonly Mark[]): boolean {
  const lastClear = marks.findLastIndex(({ kind }) => kind === 'clear')
  return marks
    .slice(lastClear + 1)
    .some((mark) => mark.kind === 'mask' || (mark.kind === 'stroke' && mark.mode === 'paint'))
}
