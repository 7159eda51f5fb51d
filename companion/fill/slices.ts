import type { Limits } from '../engines/engine.ts'
import type { Size } from '../image/image.ts'
import { boundsWithin } from '../image/mask.ts'
import { areaOf, inflate, intersection, roundSides } from '../image/rect.ts'
import type { Rect, Task } from '../protocol.ts'
import { depthOf } from './depth.ts'
import type { Masks } from './masks.ts'

/** One run of the engine. Neighbouring slices of a hole overlap, and fade into each other there. */
export interface Slice {
  /** What the engine sees, in px of the picture. */
  readonly rect: Rect
  /** The size it sees it at. */
  readonly work: Size
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
  { contextPx, contextPixels, sideMultiple, slicing }: Limits,
  task: Task,
): Slice[] {
  const whole = (seen: Rect, scale: number): Slice => {
    const rect = roundSides(seen, sideMultiple, masks.mask)
    const overlaps = { left: 0, top: 0, right: 0, bottom: 0 }
    return { rect, work: workSize(rect, scale, sideMultiple), overlaps }
  }
  if (slicing === undefined) return [whole(context, Math.sqrt(contextPixels / areaOf(context)))]

  const depthPx = depthOf(hole, masks)
  const scale = Math.min(1, slicing.depthPx / depthPx)
  const mostPixels = contextPixels / scale ** 2
  if (areaOf(context) <= mostPixels) return [whole(context, scale)]

  const { mask } = masks
  const overlapPx = Math.ceil(slicing.overlapPx / scale)
  const marginPx = Math.floor(affordableMargin(hole, mostPixels))
  if (marginPx >= overlapPx / 2) return [whole(inflate(hole, marginPx, mask), scale)]

  // A long hole needs no more around it than a short one of its depth.
  const thickness = { width: 2 * depthPx, height: 2 * depthPx }
  const region = inflate(hole, Math.ceil(contextPx(thickness, task)), mask)
  return cutRegion(region, Math.sqrt(mostPixels), overlapPx, sideMultiple)
    .filter((cut) => {
      const own = intersection(weighted(cut), hole)
      return own !== null && boundsWithin(mask, own) !== null
    })
    .map(({ rect, overlaps }) => ({ ...whole(rect, scale), overlaps }))
}

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

/** The size a part of the picture is seen at. @param scale 1 and more: as large as it is. */
function workSize({ width, height }: Size, scale: number, multiple: number): Size {
  const side = (px: number) =>
    scale >= 1
      ? Math.ceil(px / multiple) * multiple
      : Math.max(1, Math.floor((px * scale) / multiple)) * multiple
  return { width: side(width), height: side(height) }
}

/** The margin m round a hole for which (width + 2 m) (height + 2 m) = `pixels`; below 0 where the hole alone has more. */
function affordableMargin({ width, height }: Size, pixels: number): number {
  return (Math.sqrt((width - height) ** 2 + 4 * pixels) - width - height) / 4
}

type Cut = Pick<Slice, 'rect' | 'overlaps'>

/** A grid of equal rectangles, of sides up to `sidePx`, that cover a region. */
function cutRegion(region: Rect, sidePx: number, overlapPx: number, multiple: number): Cut[] {
  const columns = cutSide(region.x, region.width, sidePx, overlapPx, multiple)
  const rows = cutSide(region.y, region.height, sidePx, overlapPx, multiple)
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

function cutSide(start: number, length: number, sidePx: number, overlapPx: number, multiple: number): Span[] {
  const most = Math.floor(sidePx / multiple) * multiple
  if (length <= most) return [{ start, length, before: 0, after: 0 }]
  const count = Math.ceil((length - overlapPx) / (most - overlapPx))
  const even = (length + (count - 1) * overlapPx) / count
  const side = Math.ceil(even / multiple) * multiple
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
