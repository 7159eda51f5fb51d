import type { Rect } from '../protocol.ts'
import { bandsOf } from './bands.ts'
import { beyondReach, squaredDistances } from './distance.ts'
import { createMask, type Image, type Mask, maskThreshold, wholeOf } from './image.ts'
import { inflate, union } from './rect.ts'

/** Exactly 0 or 255: 255 where the value is at least `least`. */
export function binarise({ width, height, data }: Mask, least: number): Mask {
  const binary = createMask(width, height)
  for (let pixel = 0; pixel < data.length; pixel += 1) binary.data[pixel] = data[pixel]! >= least ? 255 : 0
  return binary
}

/** 255 where either mask is not 0; both exactly 0 or 255, of one size. */
export function unite(mask: Mask, other: Mask | null): Mask {
  if (other === null) return mask
  return { ...mask, data: mask.data.map((value, pixel) => value | other.data[pixel]!) }
}

/** The mask, where the other is not 0; that is exactly 0 or 255, and of the same size. */
export function within(mask: Mask, other: Mask): Mask {
  return { ...mask, data: mask.data.map((value, pixel) => value & other.data[pixel]!) }
}

/** What was filled is known, and the other way round. */
export function inverse(mask: Mask): Mask {
  return { ...mask, data: mask.data.map((value) => 255 - value) }
}

/** 255 where the image is more transparent than not: it shows nothing there. */
export function openPixels({ width, height, data }: Image): Mask {
  const open = createMask(width, height)
  for (let pixel = 0; pixel < open.data.length; pixel += 1) {
    open.data[pixel] = data[pixel * 4 + 3]! < maskThreshold ? 255 : 0
  }
  return open
}

/** Makes a rectangle of a mask 0. */
export function clearMask(mask: Mask, { x, y, width, height }: Rect): void {
  for (let row = y; row < y + height; row += 1) {
    mask.data.fill(0, row * mask.width + x, row * mask.width + x + width)
  }
}

/** The smallest rectangle that holds all non-zero pixels; null: there is none. */
export function boundsOf(mask: Mask): Rect | null {
  return boundsWithin(mask, wholeOf(mask))
}

/** The same within an area. */
export function boundsWithin({ data, width }: Mask, area: Rect): Rect | null {
  let left = area.x + area.width
  let right = area.x - 1
  let top = -1
  let bottom = -1
  for (let y = area.y; y < area.y + area.height; y += 1) {
    let first = y * width + area.x
    let last = first + area.width - 1
    while (first <= last && data[first] === 0) first += 1
    if (first > last) continue
    while (data[last] === 0) last -= 1
    left = Math.min(left, first - y * width)
    right = Math.max(right, last - y * width)
    if (top < 0) top = y
    bottom = y
  }
  return top < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/**
 * 255 in the mask and up to `growPx` from it, falling smoothly to 0 just beyond growPx + featherPx. Nothing inside the
 * mask is softened.
 */
export function featherMask(mask: Mask, edge: Feather): Mask {
  const feathered = createMask(mask.width, mask.height)
  const bounds = boundsOf(mask)
  if (bounds !== null) featherBand(mask, inflate(bounds, reachOf(edge), mask), edge, feathered)
  return feathered
}

/**
 * The same for a mask of a whole picture, which takes up to half a second.
 *
 * @throws the signal's reason when cancelled
 */
export async function featherLargeMask(mask: Mask, edge: Feather, signal: AbortSignal): Promise<Mask> {
  const feathered = createMask(mask.width, mask.height)
  const bounds = boundsOf(mask)
  if (bounds === null) return feathered
  const reachPx = reachOf(edge)
  for await (const band of bandsOf(inflate(bounds, reachPx, mask), signal, 2 * reachPx)) {
    featherBand(mask, band, edge, feathered)
  }
  return feathered
}

/** How far a mask reaches beyond itself: whole for `growPx`, then fading for `featherPx`. */
export interface Feather {
  readonly growPx: number
  readonly featherPx: number
}

function reachOf({ growPx, featherPx }: Feather): number {
  return growPx + featherPx
}

function featherBand(mask: Mask, band: Rect, edge: Feather, feathered: Mask): void {
  const area = inflate(band, reachOf(edge), mask)
  const falloff = falloffTable(edge)
  const squared = squaredDistances(mask, area, reachOf(edge))
  for (let y = band.y; y < band.y + band.height; y += 1) {
    const row = y * mask.width
    const start = (y - area.y) * area.width - area.x
    for (let x = band.x; x < band.x + band.width; x += 1) {
      const distance = squared[start + x]!
      if (distance !== beyondReach) feathered.data[row + x] = falloff[distance]!
    }
  }
}

/**
 * Bounds of the mask's parts. Parts nearer to each other than `nearPx` count as one, and so do some up to twice as far.
 *
 * Cells of nearPx × nearPx that hold a mask pixel are joined with their eight neighbours, so that a thousand specks
 * cost no more than one hole.
 */
export function partsOf(mask: Mask, nearPx: number): Rect[] {
  const area = boundsOf(mask)
  if (area === null) return []
  const columns = Math.ceil(area.width / nearPx)
  const rows = Math.ceil(area.height / nearPx)
  const cells = Array.from({ length: columns * rows }, (_, cell) => {
    const x = (cell % columns) * nearPx
    const y = Math.floor(cell / columns) * nearPx
    const width = Math.min(nearPx, area.width - x)
    const height = Math.min(nearPx, area.height - y)
    return boundsWithin(mask, { x: area.x + x, y: area.y + y, width, height })
  })
  const parts: Rect[] = []
  for (let cell = 0; cell < cells.length; cell += 1) {
    if (cells[cell] !== null) parts.push(takeConnected(cells, columns, cell))
  }
  return parts
}

/** By squared distance in px: 255 up to growPx, then half a period of a cosine down to 0 at growPx + featherPx + 1. */
function falloffTable({ growPx, featherPx }: Feather): Uint8Array {
  const reachPx = growPx + featherPx
  return Uint8Array.from({ length: reachPx * reachPx + 1 }, (_, squared) => {
    const beyondPx = Math.sqrt(squared) - growPx
    if (beyondPx <= 0) return 255
    return Math.max(1, Math.round(127.5 * (1 + Math.cos((Math.PI * beyondPx) / (featherPx + 1)))))
  })
}

/** Bounds of all cells connected with `start`, which are taken out of `cells`. */
function takeConnected(cells: (Rect | null)[], columns: number, start: number): Rect {
  let bounds = cells[start]!
  cells[start] = null
  const open = [start]
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    for (const neighbour of neighboursOf(cell, columns)) {
      const rect = cells[neighbour]
      if (rect === null || rect === undefined) continue
      bounds = union(bounds, rect)
      cells[neighbour] = null
      open.push(neighbour)
    }
  }
  return bounds
}

function neighboursOf(cell: number, columns: number): number[] {
  const column = cell % columns
  const sides = [-1, 0, 1].filter((step) => column + step >= 0 && column + step < columns)
  return [-columns, 0, columns].flatMap((row) => sides.map((step) => cell + row + step))
}
