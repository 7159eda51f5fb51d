import type { Rect } from '../../plugin/messages.ts'
import type { LaidImage } from '../work.ts'
import { drawAvoided, drawLine, drawMarks, traceLine } from './draw.ts'
import { type BrushPoint, type Mark, type MarkMode, type MaskMark, marksInForce, type Point } from './mark.ts'
import type { Size, Viewport } from './viewport.ts'

/** What is to be seen. */
export interface Scene {
  /** Laid over one another, lowest first, each stretched over its place in the picture. */
  readonly images: readonly LaidImage[]
  /** What lies beneath it all, over the left part of the view: so much of it, 0 … 1. null: nowhere. */
  readonly original: { readonly images: readonly LaidImage[]; readonly share: number } | null
  readonly marks: readonly Mark[]
  /** What nothing is copied from. */
  readonly avoided: readonly MaskMark[]
  readonly widthPx: number
  readonly heightPx: number
  /** What an expanded picture will show: the rest is not drawn, what no image covers is marked. null: not expanded. */
  readonly canvas: Rect | null
}

/** From this many screen pixels a pixel of the image on, its edges are shown as they are. */
const crispScale = 3
/** Unlike anything in most pictures; the style sheet makes it see-through. */
const maskColour = '#ff24bd'

/** A line that is being drawn. */
export interface Outline {
  readonly points: readonly Point[]
  readonly isClosed: boolean
}

/** An outline is white between dark edges, to be seen on anything. In CSS pixels. */
const [outlinePx, outlineEdgePx] = [1.5, 1]
const outlineColours = { line: '#ffffff', edge: 'rgba(0, 0, 0, 0.6)' } as const

/** The canvases of a view, each of its size, one over the other from the first on. */
export interface ViewCanvases {
  readonly picture: HTMLCanvasElement
  readonly avoided: HTMLCanvasElement
  readonly marks: HTMLCanvasElement
  readonly outlines: HTMLCanvasElement
}

/**
 * The picture is drawn again only when it or the viewport changes; beside that there is what is avoided, the marks, to which a
 * stroke is added piece by piece, and outlines. A picture of 12 megapixels is so no slower to paint on than a small one.
 */
export class PictureView {
  readonly #picture: CanvasRenderingContext2D
  readonly #avoided: CanvasRenderingContext2D
  readonly #marks: CanvasRenderingContext2D
  readonly #outlines: CanvasRenderingContext2D

  constructor({ picture, avoided, marks, outlines }: ViewCanvases) {
    this.#picture = contextOf(picture)
    this.#avoided = contextOf(avoided)
    this.#marks = contextOf(marks)
    this.#outlines = contextOf(outlines)
  }

  drawPicture({ images, original, canvas }: Scene, viewport: Viewport, view: Size): void {
    prepare(this.#picture, viewport, view)
    this.#picture.imageSmoothingEnabled = viewport.scale * devicePixelRatio < crispScale
    this.#picture.imageSmoothingQuality = 'medium'
    if (canvas !== null) clipTo(this.#picture, canvas)
    drawImages(this.#picture, images)
    if (original === null) return
    const { x, y, scale } = viewport
    const left = {
      x: -x / scale,
      y: -y / scale,
      width: (original.share * view.width) / scale,
      height: view.height / scale,
    }
    clipTo(this.#picture, left)
    this.#picture.clearRect(left.x, left.y, left.width, left.height)
    drawImages(this.#picture, original.images)
  }

  drawMarks(scene: Scene, viewport: Viewport, view: Size): void {
    const { images, marks, widthPx, heightPx, canvas } = scene
    this.drawOutlines(scene, viewport, view, null)
    this.#drawAvoided(scene, viewport, view)
    prepare(this.#marks, viewport, view)
    // From near, a mask's edge is seen as it is, pixel by pixel.
    this.#marks.imageSmoothingEnabled = viewport.scale * devicePixelRatio < 1
    this.#marks.fillStyle = maskColour
    this.#marks.strokeStyle = maskColour
    if (canvas !== null) {
      // A clearing as large would leave a hairline where its edges fall between the screen's pixels.
      if (images.some(({ rect }) => isWithin(canvas, rect))) return
      this.#marks.fillRect(canvas.x, canvas.y, canvas.width, canvas.height)
      for (const { rect } of images) this.#marks.clearRect(rect.x, rect.y, rect.width, rect.height)
      return
    }
    // Strokes may begin or end beside the picture; what is marked lies on it.
    clipTo(this.#marks, { x: 0, y: 0, width: widthPx, height: heightPx })
    drawMarks(this.#marks, marks, widthPx, heightPx)
  }

  /** Round the things that were found, and along the line that is being drawn. */
  drawOutlines({ marks }: Scene, viewport: Viewport, view: Size, drawn: Outline | null): void {
    const context = this.#outlines
    prepare(context, viewport, view)
    for (const mark of marksInForce(marks)) {
      if (mark.kind === 'found') outlineImage(context, mark, viewport.scale)
    }
    if (drawn === null) return
    traceLine(context, drawn.points, drawn.isClosed)
    context.lineJoin = 'round'
    strokeAs(context, outlineColours.edge, (outlinePx + 2 * outlineEdgePx) / viewport.scale)
    strokeAs(context, outlineColours.line, outlinePx / viewport.scale)
  }

  /** Adds to what is drawn already, at the same viewport. */
  extendStroke(mode: MarkMode, radiusPx: number, points: readonly BrushPoint[]): void {
    drawLine(this.#marks, mode, radiusPx, points)
  }

  #drawAvoided({ avoided, widthPx, heightPx, canvas }: Scene, viewport: Viewport, view: Size): void {
    prepare(this.#avoided, viewport, view)
    if (canvas !== null) clipTo(this.#avoided, canvas)
    drawAvoided(this.#avoided, avoided, { widthPx, heightPx, scale: devicePixelRatio })
  }
}

/** Clears the canvas at the screen's own resolution, and lets it be drawn on in pixels of the image. */
function prepare(context: CanvasRenderingContext2D, { scale, x, y }: Viewport, view: Size): void {
  const { canvas } = context
  // Setting the size, even to what it is, clears the canvas and its clip.
  canvas.width = Math.round(view.width * devicePixelRatio)
  canvas.height = Math.round(view.height * devicePixelRatio)
  context.setTransform(
    scale * devicePixelRatio,
    0,
    0,
    scale * devicePixelRatio,
    x * devicePixelRatio,
    y * devicePixelRatio,
  )
}

function drawImages(context: CanvasRenderingContext2D, images: readonly LaidImage[]): void {
  for (const { bitmap, rect } of images) {
    context.drawImage(bitmap, rect.x, rect.y, rect.width, rect.height)
  }
}

/** The image, spread a little in all directions, less the image itself. */
function outlineImage(
  context: CanvasRenderingContext2D,
  { image, rect }: { readonly image: CanvasImageSource; readonly rect: Rect },
  scale: number,
): void {
  const layer = document.createElement('canvas')
  layer.width = context.canvas.width
  layer.height = context.canvas.height
  const spread = contextOf(layer)
  spread.setTransform(context.getTransform())
  for (const [reachPx, colour] of [
    [outlinePx + outlineEdgePx, outlineColours.edge],
    [outlinePx, outlineColours.line],
  ] as const) {
    const ring = document.createElement('canvas')
    ring.width = layer.width
    ring.height = layer.height
    const inks = contextOf(ring)
    inks.setTransform(context.getTransform())
    for (let turn = 0; turn < 8; turn++) {
      const angle = (turn * Math.PI) / 4
      const [x, y] = [
        rect.x + (Math.cos(angle) * reachPx) / scale,
        rect.y + (Math.sin(angle) * reachPx) / scale,
      ]
      inks.drawImage(image, x, y, rect.width, rect.height)
    }
    inks.globalCompositeOperation = 'source-in'
    inks.fillStyle = colour
    inks.resetTransform()
    inks.fillRect(0, 0, ring.width, ring.height)
    spread.save()
    spread.resetTransform()
    spread.drawImage(ring, 0, 0)
    spread.restore()
  }
  spread.globalCompositeOperation = 'destination-out'
  spread.drawImage(image, rect.x, rect.y, rect.width, rect.height)
  context.save()
  context.resetTransform()
  context.drawImage(layer, 0, 0)
  context.restore()
}

function strokeAs(context: CanvasRenderingContext2D, colour: string, width: number): void {
  context.strokeStyle = colour
  context.lineWidth = width
  context.stroke()
}

function clipTo(context: CanvasRenderingContext2D, { x, y, width, height }: Rect): void {
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
}

function isWithin(inner: Rect, outer: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser gives no 2D canvas.')
  return context
}
