import type { Mark, Point, StrokeMode } from './stroke.ts'

/** Any canvas's context: on the screen or off it. */
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/**
 * Draws marks in pixels of the image; the context's transform puts them where they are wanted. Marked is opaque in the
 * context's `fillStyle` and `strokeStyle`, unmarked is transparent.
 */
export function drawMarks(context: Context, marks: readonly Mark[], widthPx: number, heightPx: number): void {
  for (const mark of marks) {
    if (mark.kind === 'clear') context.clearRect(0, 0, widthPx, heightPx)
    else if (mark.kind === 'mask') drawMask(context, mark.image, widthPx, heightPx)
    else drawLine(context, mark.mode, mark.radiusPx, mark.points)
  }
}

/** A line with round ends through `points`; a single point is a dot. */
export function drawLine(
  context: Context,
  mode: StrokeMode,
  radiusPx: number,
  points: readonly Point[],
): void {
  context.save()
  context.globalCompositeOperation = mode === 'erase' ? 'destination-out' : 'source-over'
  context.lineWidth = 2 * radiusPx
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.beginPath()
  const [first, ...rest] = points
  if (first !== undefined && rest.length === 0) {
    // Chromium draws nothing for a line from a point to itself.
    context.arc(first.x, first.y, radiusPx, 0, 2 * Math.PI)
    context.fill()
  } else if (first !== undefined) {
    context.moveTo(first.x, first.y)
    for (const { x, y } of rest) context.lineTo(x, y)
    context.stroke()
  }
  context.restore()
}

/** Lays the mask over what is marked, in the context's own colour. */
function drawMask(context: Context, image: CanvasImageSource, widthPx: number, heightPx: number): void {
  context.drawImage(image, 0, 0, widthPx, heightPx)
  context.save()
  context.globalCompositeOperation = 'source-in'
  context.fillRect(0, 0, widthPx, heightPx)
  context.restore()
}
