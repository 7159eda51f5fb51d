import { type Size, wholeOf } from '../../image/image.ts'
import { inflate, union } from '../../image/rect.ts'
import type { Rect } from '../../protocol.ts'

/** Some pixels of a picture. */
export interface Shape extends Size {
  /** [height, width] 1 = part of it. */
  readonly marks: Uint8Array
  /** What they lie in. */
  readonly bounds: Rect
  readonly count: number
}

export interface Flood {
  /** Asked for pixels that are not marked yet. */
  readonly belongs: (pixel: number) => boolean
  /** corners: pixels that touch at a corner hang together too. */
  readonly across: 'edges' | 'corners'
  /** Nothing beyond is looked at. */
  readonly limits: Rect
}

/** What hangs together with `start`, which belongs to it, row by row. */
export function flood(
  { width, height }: Size,
  start: number,
  { belongs, across, limits }: Flood,
  marks: Uint8Array = new Uint8Array(width * height),
): Shape {
  const reach = across === 'corners' ? 1 : 0
  const right = limits.x + limits.width - 1
  const bottom = limits.y + limits.height - 1
  const isNew = (pixel: number) => marks[pixel] === 0 && belongs(pixel)
  const open = [start]
  let bounds: Rect | null = null
  let count = 0
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    if (marks[pixel] === 1) continue
    const y = Math.floor(pixel / width)
    const row = y * width
    let first = pixel - row
    let last = first
    while (first > limits.x && isNew(row + first - 1)) first -= 1
    while (last < right && isNew(row + last + 1)) last += 1
    marks.fill(1, row + first, row + last + 1)
    count += last - first + 1
    const span = { x: first, y, width: last - first + 1, height: 1 }
    bounds = bounds === null ? span : union(bounds, span)
    for (const nextRow of [y - 1, y + 1]) {
      if (nextRow < limits.y || nextRow > bottom) continue
      const end = Math.min(right, last + reach)
      for (let x = Math.max(limits.x, first - reach), isOpen = false; x <= end; x += 1) {
        const isNext = isNew(nextRow * width + x)
        if (isNext && !isOpen) open.push(nextRow * width + x)
        isOpen = isNext
      }
    }
  }
  return { width, height, marks, bounds: bounds!, count }
}

/** The shape and everything that it surrounds. */
export function fillHoles(shape: Shape): Shape {
  const { width, bounds } = shape
  // One pixel wider all round, so that the outside hangs together.
  const local = { width: bounds.width + 2, height: bounds.height + 2 }
  const inside = new Uint8Array(local.width * local.height)
  for (let y = 0; y < bounds.height; y += 1) {
    const start = (bounds.y + y) * width + bounds.x
    inside.set(shape.marks.subarray(start, start + bounds.width), (y + 1) * local.width + 1)
  }
  const outside = flood(local, 0, {
    belongs: (pixel) => inside[pixel] === 0,
    across: 'edges',
    limits: wholeOf(local),
  })
  const marks = shape.marks.slice()
  for (let y = 0; y < bounds.height; y += 1) {
    const row = (bounds.y + y) * width + bounds.x
    const localRow = (y + 1) * local.width + 1
    for (let x = 0; x < bounds.width; x += 1) marks[row + x] = 1 - outside.marks[localRow + x]!
  }
  const count = local.width * local.height - outside.count
  return { ...shape, marks, count }
}

/** Pixels just outside the shape, at its edges and corners. */
export function ringOf(shape: Shape): number[] {
  const { width, marks } = shape
  const ring: number[] = []
  const area = inflate(shape.bounds, 1, shape)
  for (let y = area.y; y < area.y + area.height; y += 1) {
    const start = y * width + area.x
    const row = marks.subarray(start, start + area.width)
    // Most of a row is marked, and passed over fast.
    for (let x = row.indexOf(0); x >= 0; x = row.indexOf(0, x + 1)) {
      if (touches(shape, area.x + x, y)) ring.push(start + x)
    }
  }
  return ring
}

function touches({ width, height, marks }: Shape, x: number, y: number): boolean {
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
      if (marks[row * width + column] === 1) return true
    }
  }
  return false
}

/** Up to eight. */
export function neighboursOf(pixel: number, { width, height }: Size): number[] {
  const y = Math.floor(pixel / width)
  const x = pixel - y * width
  const neighbours: number[] = []
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
      if (row !== y || column !== x) neighbours.push(row * width + column)
    }
  }
  return neighbours
}

/** Whether nearly all of `inner` is part of `outer`. */
export function holds(outer: Shape, inner: Shape): boolean {
  const { width, marks, bounds } = inner
  let shared = 0
  for (let y = bounds.y; y < bounds.y + bounds.height; y += 1) {
    for (let pixel = y * width + bounds.x; pixel < y * width + bounds.x + bounds.width; pixel += 1) {
      if (marks[pixel] === 1 && outer.marks[pixel] === 1) shared += 1
    }
  }
  return shared >= 0.95 * inner.count
}

/** What is part of either. */
export function together(a: Shape, b: Shape): Shape {
  const marks = a.marks.slice()
  const { width, bounds } = b
  for (let y = bounds.y; y < bounds.y + bounds.height; y += 1) {
    for (let pixel = y * width + bounds.x; pixel < y * width + bounds.x + bounds.width; pixel += 1) {
      marks[pixel]! |= b.marks[pixel]!
    }
  }
  return { ...a, marks, bounds: union(a.bounds, bounds), count: countMarks(marks) }
}

/** What is part of the first and not of the second; the bounds stay. */
export function without(shape: Shape, removed: Shape): Shape {
  const marks = shape.marks.map((mark, pixel) => mark & ~removed.marks[pixel]!)
  return { ...shape, marks, count: countMarks(marks) }
}

function countMarks(marks: Uint8Array): number {
  let count = 0
  for (let pixel = 0; pixel < marks.length; pixel += 1) count += marks[pixel]!
  return count
}
