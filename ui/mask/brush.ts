import type { Point, Stroke, StrokeMode } from './stroke.ts'

/** Diameters on the screen, in CSS pixels: a brush feels the same on every picture, and zooming in makes it finer. */
export const brushSizes = { min: 4, max: 200 } as const

/** The next size that `[` and `]` reach: steps grow with the size, about a fifth each. */
export function steppedBrushSize(sizePx: number, direction: 1 | -1): number {
  const step = Math.max(1, Math.round(sizePx / 5))
  return clampedBrushSize(sizePx + direction * step)
}

/** A stroke while the pointer is down. */
export interface Gesture {
  readonly mode: StrokeMode
  readonly radiusPx: number
  /** Grows in place: a long stroke gains a point hundreds of times. */
  readonly points: Point[]
}

export function beginGesture(mode: StrokeMode, radiusPx: number, start: Point): Gesture {
  return { mode, radiusPx, points: [start] }
}

/** Adds a point, unless it is too near the last one to change anything. Returns whether it was added. */
export function extendGesture(gesture: Gesture, point: Point): boolean {
  const last = gesture.points[gesture.points.length - 1]!
  const isTooNear = Math.hypot(point.x - last.x, point.y - last.y) < gesture.radiusPx / 16
  if (isTooNear) return false
  gesture.points.push(point)
  return true
}

export function endGesture({ mode, radiusPx, points }: Gesture): Stroke {
  return { kind: 'stroke', mode, radiusPx, points: [...points] }
}

function clampedBrushSize(sizePx: number): number {
  return Math.min(brushSizes.max, Math.max(brushSizes.min, Math.round(sizePx)))
}
