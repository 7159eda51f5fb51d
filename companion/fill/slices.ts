import type { Limits } from '../engines/engine.ts'
import type { Size } from '../image/image.ts'
import { boundsWithin } from '../image/mask.ts'
import { areaOf, inflate, intersection } from '../image/rect.ts'
import type { Rect, Task } from '../protocol.ts'
import { depthOf } from './depth.ts'
import type { Masks } from './masks.ts'
import { pictureSide, scaleWithin, sizesWithin, type View, viewOf } from './view.ts'

/** One run of the engine. Neighbouring slices of a hole overlap, and fade into each other there. */
export interface Slice extends View {
  /** How much of it the neighbour on each side sees too, in px of the picture; 0: there is no neighbour. */
  readonly overlaps: Overlaps
}

export interface Overlaps {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * How the engine gets to see a hole: as a whole, scaled down where it must be, or in slices. At each of the hole's
 * pixels the weights of the slices add up to 1.
 *
 * @param hole What the mask marks inside this rectangle is filled.
 * @param context What the engine would like to see of the picture.
 * @param masks The mask as the engine is to fill it, already grown.
 */
export function planSlices(
  { hole, context }: { readonly hole: Rect; readonly context: Rect },
  masks: Masks,
  limits: Limits,
  task: Task,
): Slice[] {
  const { mask } = masks
  const { contextPixels, sideMultiple, slicing, leastPixels = 0 } = limits
  const noOverlaps = { left: 0, top: 0, right: 0, bottom: 0 }
  const whole = (seen: Rect, scale: number) => ({
    ...viewOf(seen, scale, limits, mask),
    overlaps: noOverlaps,
  })
  if (slicing === undefined) return [whole(context, Math.max(1, Math.sqrt(leastPixels / areaOf(context))))]

  const depthPx = depthOf(hole, masks)
  const fitting = slicing.depthPx / depthPx
  const scale = fitting > leastReduction ? 1 : fitting
  if (scaleWithin(context, scale, limits) === scale) return [whole(context, scale)]

  const overlapPx = Math.ceil(slicing.overlapPx / scale)
  const marginPx = Math.floor(affordableMargin(hole, scale, limits))
  if (marginPx >= overlapPx / 2) return [whole(inflate(hole, marginPx, mask), scale)]

  // A long hole needs no more around it than a short one of its depth.
  const thickness = { width: 2 * depthPx, height: 2 * depthPx }
  const region = inflate(hole, Math.ceil(limits.contextPx(thickness, task)), mask)
  const most = Math.floor(Math.sqrt(contextPixels) / sideMultiple)
  return cutRegion(region, { most, pxOf: (times) => pictureSide(times * sideMultiple, scale), overlapPx })
    .filter((cut) => {
      const own = intersection(weighted(cut), hole)
      return own !== null && boundsWithin(mask, own) !== null
    })
    .map(({ rect, overlaps }) => ({ ...viewOf(rect, scale, limits, mask), overlaps }))
}

/** A picture that is scaled down by less loses sharpness for nothing. */
const leastReduction = 0.85

/**
 * How much a slice counts at a pixel of the picture, 0..1: half a period of a cosine over the middle half of what it
 * shares with a neighbour, whose weight is the rest. A slice's own border, where it sees least, counts for nothing.
 */
export function weightAt({ rect, overlaps }: Pick<Slice, 'rect' | 'overlaps'>, x: number, y: number): number {
  return (
    fade(x - rect.x, overlaps.left) *
    fade(rect.x + rect.width - 1 - x, overlaps.right) *
    fade(y - rect.y, overlaps.top) *
    fade(rect.y + rect.height - 1 - y, overlaps.bottom)
  )
}

/** The widest margin round a hole that the engine takes at a scale; below 0 where the hole alone is too large. */
function affordableMargin(hole: Size, scale: number, { contextPixels, sideMultiple }: Limits): number {
  let widest = Number.NEGATIVE_INFINITY
  for (const { width, height } of sizesWithin(contextPixels, sideMultiple)) {
    widest = Math.max(widest, Math.min(width / scale - hole.width, height / scale - hole.height) / 2)
  }
  return widest
}

type Cut = Pick<Slice, 'rect' | 'overlaps'>

/** How a side is cut into pieces, whose lengths are multiples of what the engine works at. */
interface Cutting {
  /** The longest piece is so many times the multiple. */
  readonly most: number
  /** So many times the multiple, in px of the picture. */
  pxOf(times: number): number
  readonly overlapPx: number
}

/** A grid of equal rectangles that cover a region. */
function cutRegion(region: Rect, cutting: Cutting): Cut[] {
  const columns = cutSide(region.x, region.width, cutting)
  const rows = cutSide(region.y, region.height, cutting)
  return rows.flatMap((row) =>
    columns.map((column) => ({
      rect: { x: column.start, y: row.start, width: column.length, height: row.length },
      overlaps: { left: column.before, top: row.before, right: column.after, bottom: row.after },
    })),
  )
}

interface Span {
  readonly start: number
  readonly length: number
  /** What it shares with the span before it, and after it. */
  readonly before: number
  readonly after: number
}

function cutSide(start: number, length: number, { most, pxOf, overlapPx }: Cutting): Span[] {
  const longest = pxOf(most)
  if (length <= longest) return [{ start, length, before: 0, after: 0 }]
  const count = Math.ceil((length - overlapPx) / (longest - overlapPx))
  const even = (length + (count - 1) * overlapPx) / count
  let times = 1
  while (pxOf(times) < even) times += 1
  const side = pxOf(times)
  const starts = Array.from({ length: count }, (_, i) =>
    Math.round(start + (i * (length - side)) / (count - 1)),
  )
  return starts.map((at, i) => ({
    start: at,
    length: side,
    before: i === 0 ? 0 : starts[i - 1]! + side - at,
    after: i === count - 1 ? 0 : at + side - starts[i + 1]!,
  }))
}

/** Where a slice's weight is above 0, or a pixel more. */
function weighted({ rect, overlaps }: Cut): Rect {
  const unseen = (overlap: number) => Math.floor(overlap / 4)
  return {
    x: rect.x + unseen(overlaps.left),
    y: rect.y + unseen(overlaps.top),
    width: rect.width - unseen(overlaps.left) - unseen(overlaps.right),
    height: rect.height - unseen(overlaps.top) - unseen(overlaps.bottom),
  }
}

/** @param px From the border that is shared with a neighbour to the pixel. */
function fade(px: number, overlap: number): number {
  if (overlap === 0) return 1
  const share = (px + 0.5 - overlap / 4) / (overlap / 2)
  return (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, share)))) / 2
}
