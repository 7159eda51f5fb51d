import type { Mask, Size } from '../image/image.ts'
import type { Samples } from '../image/samples.ts'
import type { Rect } from '../protocol.ts'
import { resizeAsPillow } from './pillow.ts'

/*
 * The pipeline's `padding_mask_crop`: only the part of the picture around the hole is filled, enlarged to the size that the
 * model works at, and laid over the picture again. diffusers' `VaeImageProcessor`.
 */

/**
 * `get_crop_region`: the hole with a margin, widened along one side to the proportions of `size`, within the picture.
 *
 * @param mask Each value but 0 belongs to the hole.
 */
export function cropRegion(mask: Mask, size: Size, paddingPx: number): Rect {
  const hole = boundsOf(mask)
  const [left, top] = [Math.max(hole.x - paddingPx, 0), Math.max(hole.y - paddingPx, 0)]
  const right = Math.min(hole.x + hole.width + paddingPx, mask.width)
  const bottom = Math.min(hole.y + hole.height + paddingPx, mask.height)
  const [width, height] = [right - left, bottom - top]
  const proportion = size.width / size.height
  if (width / height > proportion) {
    const rows = widened(top, bottom, Math.trunc(width / proportion - height), mask.height)
    return { x: left, width, y: rows.start, height: rows.end - rows.start }
  }
  const columns = widened(left, right, Math.trunc(height * proportion - width), mask.width)
  return { x: columns.start, width: columns.end - columns.start, y: top, height }
}

/** From the first row and column with anything in them to the last; the whole where nothing is. */
function boundsOf({ data, width, height }: Mask): Rect {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (const [i, value] of data.entries()) {
    if (value === 0) continue
    const [x, y] = [i % width, Math.floor(i / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (right < 0) return { x: 0, y: 0, width, height }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** By `more` in all, half on each side; what sticks out at one end goes to the other, and is cut off there. */
function widened(start: number, end: number, more: number, size: number): { start: number; end: number } {
  const before = Math.floor(more / 2)
  let [from, to] = [start - before, end + more - before]
  if (to >= size) [from, to] = [from - (to - size), size]
  if (from < 0) [from, to] = [0, to - from]
  return { start: from, end: Math.min(to, size) }
}

/** `crop` and `resize` with resize_mode="fill": the part fitted into the size, its edges drawn out where it is short. */
export function cropAndFill(samples: Samples, rect: Rect, size: Size): Samples {
  const part = crop(samples, rect)
  const fitted = scaledTo(size, part, 'within')
  const resized = resizeAsPillow(part, fitted, 'lanczos')
  const filled = blank(size, samples)
  const [x, y] = [half(size.width) - half(fitted.width), half(size.height) - half(fitted.height)]
  paste(filled, resized, x, y)
  const edge = (box: Rect, area: Size) => resizeAsPillow(resized, area, 'bicubic', box)
  if (y > 0) {
    const area = { width: size.width, height: y }
    const row = { x: 0, width: fitted.width, height: 0 }
    paste(filled, edge({ ...row, y: 0 }, area), 0, 0)
    paste(filled, edge({ ...row, y: fitted.height }, area), 0, y + fitted.height)
  } else if (x > 0) {
    const area = { width: x, height: size.height }
    const column = { y: 0, height: fitted.height, width: 0 }
    paste(filled, edge({ ...column, x: 0 }, area), 0, 0)
    paste(filled, edge({ ...column, x: fitted.width }, area), x + fitted.width, 0)
  }
  return filled
}

/** `apply_overlay`: the picture with what was made of its part `rect`, as far as the mask, soft edges and all, lets it show. */
export function overlay(picture: Samples, mask: Mask, made: Samples, rect: Rect): Samples {
  const covering = scaledTo(rect, made, 'over')
  const patch = blank(rect, picture)
  const [x, y] = [half(rect.width) - half(covering.width), half(rect.height) - half(covering.height)]
  paste(patch, resizeAsPillow(made, covering, 'lanczos'), x, y)
  const base = blank(picture, picture)
  paste(base, patch, rect.x, rect.y)
  const data = base.data.map((value, i) =>
    composite(picture.data[i]!, value, 255 - mask.data[Math.floor(i / 3)]!),
  )
  return { ...base, data }
}

/**
 * One channel of a pixel of opacity `alpha` over an opaque one, through the steps that Pillow takes: multiplied by its
 * opacity (paste into RGBa), divided by it again (RGBa to RGBA), then laid over (alpha_composite).
 */
function composite(above: number, below: number, alpha: number): number {
  if (alpha === 0) return below
  const multiplied = dividedBy255(above * alpha + 128)
  const straight = alpha === 255 ? multiplied : Math.min(255, Math.trunc((255 * multiplied) / alpha))
  return dividedBy255(straight * alpha * 128 + below * (255 - alpha) * 128 + (128 << 7)) >> 7
}

/** Pillow's SHIFTFORDIV255. */
function dividedBy255(value: number): number {
  return ((value >> 8) + value) >> 8
}

/** The size with the proportions of `part` that fits within `size`, or covers it. */
function scaledTo(size: Size, part: Size, how: 'within' | 'over'): Size {
  const [wanted, own] = [size.width / size.height, part.width / part.height]
  const isByHeight = how === 'within' ? wanted >= own : wanted <= own
  return isByHeight
    ? { width: Math.floor((part.width * size.height) / part.height), height: size.height }
    : { width: size.width, height: Math.floor((part.height * size.width) / part.width) }
}

function half(size: number): number {
  return Math.floor(size / 2)
}

function blank({ width, height }: Size, like: Samples): Samples {
  return { width, height, data: new Uint8Array(width * height * channelsOf(like)) }
}

function channelsOf({ data, width, height }: Samples): number {
  return data.length / (width * height)
}

function crop(samples: Samples, { x, y, width, height }: Rect): Samples {
  const part = blank({ width, height }, samples)
  paste(part, samples, -x, -y)
  return part
}

/** As far as it lies within. */
function paste(onto: Samples, samples: Samples, x: number, y: number): void {
  const channels = channelsOf(onto)
  const [left, right] = [Math.max(0, x), Math.min(onto.width, x + samples.width)]
  for (let row = Math.max(0, y); row < Math.min(onto.height, y + samples.height); row++) {
    const start = ((row - y) * samples.width + left - x) * channels
    const line = samples.data.subarray(start, start + (right - left) * channels)
    onto.data.set(line, (row * onto.width + left) * channels)
  }
}
