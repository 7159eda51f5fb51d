import type { Rect } from '../../plugin/messages.ts'
import type { Point } from './mark.ts'
import type { Size } from './viewport.ts'

/** What is known of the thing that is meant: where it is, where it is not, or what it lies in. */
export interface Prompt {
  readonly points: readonly PointedAt[]
  readonly box: Rect | null
}

/** A whole pixel of the image. */
export interface PointedAt {
  readonly x: number
  readonly y: number
  readonly include: boolean
}

/** What a new thing means for those that were found before: it takes their place, or joins them; or it was none of it. */
export type Change = 'new' | 'add' | 'take'

/** What pointing once says. */
export interface Pointed {
  readonly change: Change
  readonly prompt: Prompt
}

/** A scribble says no more with more points than these. */
const mostPoints = 24

/** A click, or a scribble: points beside the picture say nothing. null: all of them are. */
export function promptOfPoints(line: readonly Point[], include: boolean, image: Size): Prompt | null {
  const step = Math.max(1, line.length / mostPoints)
  const count = Math.min(mostPoints, line.length)
  const points = Array.from({ length: count }, (_, index) => line[Math.floor(index * step)]!)
    .map(({ x, y }) => ({ x: Math.floor(x), y: Math.floor(y), include }))
    .filter(({ x, y }) => x >= 0 && y >= 0 && x < image.width && y < image.height)
  return points.length === 0 ? null : { points, box: null }
}

/** What of the box lies on the picture, to whole pixels; null: nothing does. */
export function promptOfBox(from: Point, to: Point, image: Size): Prompt | null {
  const [left, right] = [
    clamp(Math.min(from.x, to.x), image.width),
    clamp(Math.max(from.x, to.x), image.width),
  ]
  const [top, bottom] = [
    clamp(Math.min(from.y, to.y), image.height),
    clamp(Math.max(from.y, to.y), image.height),
  ]
  const box = {
    x: Math.floor(left),
    y: Math.floor(top),
    width: Math.ceil(right) - Math.floor(left),
    height: Math.ceil(bottom) - Math.floor(top),
  }
  return box.width === 0 || box.height === 0 ? null : { points: [], box }
}

/**
 * Whether this is where a new thing begins. A scribble is drawn with Shift, and Shift joins what was found before: where
 * nothing is marked yet, it begins just as a click or a box does.
 */
export function beginsAnew({ change, prompt }: Pointed, isMarked: boolean): boolean {
  const isScribble = prompt.points.length > 1
  return change === 'new' || (change === 'add' && isScribble && !isMarked)
}

/** What is asked for after this: taking away is said about what was asked for before. null: there was nothing. */
export function promptAfter(before: Prompt | null, { change, prompt }: Pointed): Prompt | null {
  if (change !== 'take') return prompt
  return before && { points: [...before.points, ...prompt.points], box: before.box }
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value))
}
