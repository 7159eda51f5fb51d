import type { Limits } from '../engines/engine.ts'
import type { Size } from '../image/image.ts'
import type { Rect } from '../protocol.ts'

/** A part of the picture, and the size it is seen at. */
export interface View {
  readonly rect: Rect
  readonly work: Size
}

/** What an engine states about the pictures it takes. */
export type Sides = Pick<Limits, 'contextPixels' | 'sideMultiple' | 'padsSides'>

/**
 * A view of a part of the picture. Its sides become what the engine works at by taking in more of the picture, so that all
 * is seen at one scale. Only where the picture ends a side is stretched, or left as it is for an engine that pads it.
 *
 * @param scale What it is seen at; less where the engine does not take so many pixels.
 */
export function viewOf(part: Rect, scale: number, sides: Sides, picture: Size): View {
  const fitting = scaleWithin(part, scale, sides)
  const across = viewAlong({ start: part.x, length: part.width }, fitting, sides, picture.width)
  const down = viewAlong({ start: part.y, length: part.height }, fitting, sides, picture.height)
  return {
    rect: { x: across.start, y: down.start, width: across.length, height: down.length },
    work: { width: across.work, height: down.work },
  }
}

interface Span {
  readonly start: number
  readonly length: number
}

/** The same along one side of the picture, of `endPx`. */
function viewAlong(
  { start, length }: Span,
  scale: number,
  { sideMultiple, padsSides }: Sides,
  endPx: number,
): Span & { readonly work: number } {
  const work = Math.ceil((length * scale) / sideMultiple - floatingError) * sideMultiple
  const wanted = Math.max(length, pictureSide(work, scale))
  if (wanted <= endPx) {
    const centred = start - Math.floor((wanted - length) / 2)
    return { start: Math.min(Math.max(0, centred), endPx - wanted), length: wanted, work }
  }
  const multiple = padsSides === true ? 1 : sideMultiple
  const nearest = Math.max(1, Math.round((endPx * scale) / multiple)) * multiple
  // What need not be smaller must not become so by rounding.
  const isTooSmall = scale >= 1 && nearest < endPx
  return { start: 0, length: endPx, work: isTooSmall ? nearest + multiple : nearest }
}

/** A side that fits exactly must not be rounded up. */
const floatingError = 1e-9

/** How much smaller its sides are seen than they are, 0..1; 1 and more: not smaller. */
export function scaleOf({ rect, work }: View): number {
  return Math.min(work.width / rect.width, work.height / rect.height)
}

/** What is seen of the picture along a side of so many px. */
export function pictureSide(workPx: number, scale: number): number {
  return Math.floor(workPx / scale)
}

/** The scale, up to `scale`, at which a part of the picture fits into what the engine takes. */
export function scaleWithin(part: Size, scale: number, { contextPixels, sideMultiple }: Sides): number {
  let largest = 0
  for (const { width, height } of sizesWithin(contextPixels, sideMultiple)) {
    largest = Math.max(largest, Math.min(scale, width / part.width, height / part.height))
    if (height >= part.height * scale) break
  }
  return largest
}

/** Sizes of sides that are multiples, each as wide as `pixels` allow, from the lowest to the highest. */
export function* sizesWithin(pixels: number, multiple: number): Generator<Size> {
  for (let height = multiple; height * multiple <= pixels; height += multiple) {
    yield { width: Math.floor(pixels / height / multiple) * multiple, height }
  }
}
