import type { Rect } from '../protocol.ts'
import type { Size } from './image.ts'

export function areaOf({ width, height }: Size): number {
  return width * height
}

/** Larger by `marginPx` on each side, cut off at the image's border. */
export function inflate(rect: Rect, marginPx: number, { width, height }: Size): Rect {
  const x = Math.max(0, rect.x - marginPx)
  const y = Math.max(0, rect.y - marginPx)
  return {
    x,
    y,
    width: Math.min(width, rect.x + rect.width + marginPx) - x,
    height: Math.min(height, rect.y + rect.height + marginPx) - y,
  }
}

/** The smallest rectangle that holds both. */
export function union(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  }
}

/** What both share; null: nothing. */
export function intersection(a: Rect, b: Rect): Rect | null {
  if (!overlap(a, b)) return null
  const x = Math.max(a.x, b.x)
  const y = Math.max(a.y, b.y)
  return {
    x,
    y,
    width: Math.min(a.x + a.width, b.x + b.width) - x,
    height: Math.min(a.y + a.height, b.y + b.height) - y,
  }
}

/** Whether they share a pixel. */
export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

export function isInside(inner: Rect, { width, height }: Size): boolean {
  return inner.x >= 0 && inner.y >= 0 && inner.x + inner.width <= width && inner.y + inner.height <= height
}
