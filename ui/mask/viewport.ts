import type { Rect } from '../../plugin/messages.ts'
import type { Point } from './mark.ts'

/** The only converter between the picture's pixels and the view's CSS pixels: view = image · scale + (x, y). */
export interface Viewport {
  /** CSS pixels for each pixel of the image. */
  readonly scale: number
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** One pixel of the image is never larger than this on the screen. */
const maxScale = 16
/** Zooming out ends where the whole picture takes this share of the view. */
const smallestShare = 0.5
/** At least this much of the picture stays in view, in CSS pixels. */
const keptInViewPx = 48

/** Shows `rect` of the image as large as it fits into the view, in its middle; small pictures are not enlarged beyond 2:1. */
export function fitViewport(rect: Rect, view: Size, marginPx = 16): Viewport {
  const width = Math.max(1, view.width - 2 * marginPx)
  const height = Math.max(1, view.height - 2 * marginPx)
  const scale = Math.min(width / rect.width, height / rect.height, 2)
  return {
    scale,
    x: view.width / 2 - (rect.x + rect.width / 2) * scale,
    y: view.height / 2 - (rect.y + rect.height / 2) * scale,
  }
}

/** Zooms by `factor`; what lies under `anchor` (in the view) stays there. */
export function zoomAt(viewport: Viewport, anchor: Point, factor: number, image: Size, view: Size): Viewport {
  const smallest = Math.min(1, smallestShare * Math.min(view.width / image.width, view.height / image.height))
  const scale = Math.min(maxScale, Math.max(smallest, viewport.scale * factor))
  const ratio = scale / viewport.scale
  const zoomed = {
    scale,
    x: anchor.x - (anchor.x - viewport.x) * ratio,
    y: anchor.y - (anchor.y - viewport.y) * ratio,
  }
  return keptInView(zoomed, image, view)
}

export function pan(viewport: Viewport, dx: number, dy: number, image: Size, view: Size): Viewport {
  return keptInView({ ...viewport, x: viewport.x + dx, y: viewport.y + dy }, image, view)
}

export function imagePoint(viewport: Viewport, inView: Point): Point {
  return { x: (inView.x - viewport.x) / viewport.scale, y: (inView.y - viewport.y) / viewport.scale }
}

function keptInView(viewport: Viewport, image: Size, view: Size): Viewport {
  return {
    scale: viewport.scale,
    x: clamp(viewport.x, keptInViewPx - image.width * viewport.scale, view.width - keptInViewPx),
    y: clamp(viewport.y, keptInViewPx - image.height * viewport.scale, view.height - keptInViewPx),
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}
