import type { Tool } from '../../plugin/messages.ts'
import type { BrushPoint, Mark, MarkMode, Point } from './mark.ts'
import { type Change, type Pointed, promptOfBox, promptOfPoints } from './pointing.ts'
import type { Size } from './viewport.ts'

/** What the pointer does with a tool, from being pressed to being let go. */
export interface Gesture {
  readonly shape: Shape
  readonly mode: MarkMode
  /** Of the brush; what is shorter was not meant as a movement. In pixels of the image, as all here. */
  readonly radiusPx: number
  readonly change: Change
  /** Grows in place: a long stroke gains a point hundreds of times. */
  readonly points: BrushPoint[]
}

/** What the points mean. Of `line` and `box` there are two: where it began, and where it is. */
type Shape = 'stroke' | 'line' | 'lasso' | 'rectangle' | 'scribble' | 'box'

export interface GestureStart {
  readonly tool: Tool
  /** Alt: takes away instead of adding. */
  readonly isTaking: boolean
  /** Shift: a straight line, or one thing more. */
  readonly isShifted: boolean
  /** Of the brush, or how far a hand trembles in a click. */
  readonly radiusPx: number
  readonly at: BrushPoint
}

/** What came of a gesture. */
export type GestureEnd =
  | { readonly type: 'marked'; readonly mark: Mark }
  | { readonly type: 'pointed'; readonly pointed: Pointed }
  /** Too small, or beside the picture. */
  | { readonly type: 'nothing' }

export function beginGesture({ tool, isTaking, isShifted, radiusPx, at }: GestureStart): Gesture {
  return {
    shape: shapeOf(tool, isTaking, isShifted),
    mode: isTaking || tool === 'eraser' ? 'erase' : 'paint',
    change: isTaking ? 'take' : isShifted ? 'add' : 'new',
    radiusPx,
    points: [at],
  }
}

/** Returns whether it changed anything: a point too near the last one does not. */
export function extendGesture({ shape, radiusPx, points }: Gesture, point: BrushPoint): boolean {
  if (isOfTwo(shape)) {
    points[1] = point
    return true
  }
  const last = points[points.length - 1]!
  if (distance(point, last) < radiusPx / 16) return false
  points.push(point)
  return true
}

export function endGesture(gesture: Gesture, image: Size): GestureEnd {
  const { shape, mode, radiusPx, change } = gesture
  const points = [...gesture.points]
  switch (shape) {
    case 'stroke':
    case 'line':
      return marked({ kind: 'stroke', mode, radiusPx, points })
    case 'lasso':
      return points.length < 3 ? nothing : marked({ kind: 'area', mode, points })
    case 'rectangle':
      return points.length < 2 ? nothing : marked({ kind: 'area', mode, points: corners(points) })
    case 'scribble':
    case 'box': {
      const [from, to] = [points[0]!, points[points.length - 1]!]
      const isDragged = points.some((point) => distance(point, from) > radiusPx)
      const prompt =
        shape === 'box' && isDragged
          ? promptOfBox(from, to, image)
          : promptOfPoints(isDragged ? points : [from], change !== 'take', image)
      return prompt === null ? nothing : { type: 'pointed', pointed: { change, prompt } }
    }
  }
}

/** Brush strokes are drawn as they will be; of everything else, the line that the pointer goes. */
export function outlineOf({
  shape,
  points,
}: Gesture): { points: readonly Point[]; isClosed: boolean } | null {
  switch (shape) {
    case 'stroke':
      return null
    case 'rectangle':
    case 'box':
      return points.length < 2 ? null : { points: corners(points), isClosed: true }
    default:
      return { points, isClosed: shape === 'lasso' }
  }
}

const nothing: GestureEnd = { type: 'nothing' }

function marked(mark: Mark): GestureEnd {
  return { type: 'marked', mark }
}

function shapeOf(tool: Tool, isTaking: boolean, isShifted: boolean): Shape {
  switch (tool) {
    case 'brush':
    case 'eraser':
      return isShifted ? 'line' : 'stroke'
    case 'point':
      return isTaking || isShifted ? 'scribble' : 'box'
    default:
      return tool
  }
}

function isOfTwo(shape: Shape): boolean {
  return shape === 'line' || shape === 'rectangle' || shape === 'box'
}

function corners([from, to]: readonly Point[]): Point[] {
  return [from!, { x: to!.x, y: from!.y }, to!, { x: from!.x, y: to!.y }]
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
