import type { Rect } from '../../plugin/messages.ts'
import { type BrushPoint, type Mark, type MarkMode, type MaskMark, marksInForce, type Point } from './mark.ts'

/** Any canvas's context: on the screen or off it. */
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/**
 * Draws marks in pixels of the image, onto what is transparent; the context's transform puts them where they are wanted.
 * Marked is opaque in the context's `fillStyle` and `strokeStyle`, unmarked is transparent.
 */
export function drawMarks(context: Context, marks: readonly Mark[], widthPx: number, heightPx: number): void {
  const whole = { x: 0, y: 0, width: widthPx, height: heightPx }
  for (const mark of marksInForce(marks)) {
    switch (mark.kind) {
      case 'stroke':
        drawLine(context, mark.mode, mark.radiusPx, mark.points)
        break
      case 'area':
        drawArea(context, mark.mode, mark.points)
        break
      case 'found':
        drawMask(context, mark.image, mark.rect, whole)
        break
      case 'mask':
        drawMask(context, mark.image, mark.rect ?? whole, whole)
        break
    }
  }
}

/** In pixels of the screen; colours with their alpha. */
const stripes = { periodPx: 12, dark: [0, 0, 0, 120], light: [255, 255, 255, 120] } as const

/** What stripes are drawn on. */
export interface Striped {
  /** Of the image. */
  readonly widthPx: number
  readonly heightPx: number
  /** Pixels of the canvas to one of the screen's. */
  readonly scale: number
}

/**
 * Draws what nothing is copied from, onto what is transparent: see-through stripes, dark and light, to be seen on anything,
 * and of one width whatever the context's transform.
 */
export function drawAvoided(
  context: Context,
  avoided: readonly MaskMark[],
  { widthPx, heightPx, scale }: Striped,
): void {
  if (avoided.length === 0) return
  drawMarks(context, avoided, widthPx, heightPx)
  context.save()
  context.resetTransform()
  context.globalCompositeOperation = 'source-in'
  context.fillStyle = context.createPattern(stripedTile(scale), 'repeat')!
  context.fillRect(0, 0, context.canvas.width, context.canvas.height)
  context.restore()
}

/** Laid side by side, its diagonals go on. */
function stripedTile(scale: number): HTMLCanvasElement {
  const side = Math.max(2, Math.round(stripes.periodPx * scale))
  const tile = document.createElement('canvas')
  tile.width = side
  tile.height = side
  const context = tile.getContext('2d')
  if (context === null) throw new Error('This browser gives no 2D canvas.')
  const pixels = context.createImageData(side, side)
  for (let at = 0; at < side * side; at++) {
    const isDark = ((at % side) + Math.floor(at / side)) % side < side / 2
    pixels.data.set(isDark ? stripes.dark : stripes.light, 4 * at)
  }
  context.putImageData(pixels, 0, 0)
  return tile
}

/** A line with round ends through `points`; a single point is a dot. Where a pen was pressed less, it is thinner. */
export function drawLine(
  context: Context,
  mode: MarkMode,
  radiusPx: number,
  points: readonly BrushPoint[],
): void {
  context.save()
  context.globalCompositeOperation = operations[mode]
  context.lineCap = 'round'
  context.lineJoin = 'round'
  if (points[0]?.pressure === undefined) drawEvenLine(context, radiusPx, points)
  else drawPenLine(context, radiusPx, points)
  context.restore()
}

/** Piece by piece, each as wide as the pen was pressed at its ends. */
function drawPenLine(context: Context, radiusPx: number, points: readonly BrushPoint[]): void {
  for (const [index, point] of points.entries()) {
    const before = points[Math.max(0, index - 1)]!
    const pressure = ((before.pressure ?? 1) + (point.pressure ?? 1)) / 2
    drawEvenLine(context, radiusPx * pressure, index === 0 ? [point] : [before, point])
  }
}

function drawEvenLine(context: Context, radiusPx: number, points: readonly Point[]): void {
  context.lineWidth = 2 * radiusPx
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
}

/** Adds a line through `points` to the context's path, back to where it began if it is closed. */
export function traceLine(context: Context, points: readonly Point[], isClosed: boolean): void {
  context.beginPath()
  for (const { x, y } of points) context.lineTo(x, y)
  if (isClosed) context.closePath()
}

const operations = { paint: 'source-over', erase: 'destination-out' } as const

function drawArea(context: Context, mode: MarkMode, points: readonly Point[]): void {
  context.save()
  context.globalCompositeOperation = operations[mode]
  traceLine(context, points, true)
  context.fill()
  context.restore()
}

/** Lays the mask over what is marked, in the context's own colour. */
function drawMask(context: Context, image: CanvasImageSource, rect: Rect, whole: Rect): void {
  context.drawImage(image, rect.x, rect.y, rect.width, rect.height)
  context.save()
  context.globalCompositeOperation = 'source-in'
  context.fillRect(whole.x, whole.y, whole.width, whole.height)
  context.restore()
}
