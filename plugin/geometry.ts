import type { Margins, Point, Rect } from './messages.ts'

/** 2×3, rows first: maps (x, y) to (m00·x + m01·y + m02, m10·x + m11·y + m12). Figma's `Transform`. */
export type Matrix = [[number, number, number], [number, number, number]]

export interface Size {
  readonly width: number
  readonly height: number
}

/** A rectangle that may be rotated: (0, 0) to `size`, carried to the page by `transform`. In page units. */
export interface Box {
  readonly transform: Matrix
  readonly size: Size
}

/** How an image fill lies in its layer, as far as geometry is concerned. */
export interface ImageFit {
  readonly scaleMode: 'FILL' | 'FIT' | 'CROP' | 'TILE'
  /** From the layer's unit square to the image's, for CROP. */
  readonly imageTransform?: Matrix
  /** Degrees, multiples of 90; not for CROP. */
  readonly rotation?: number
}

/** Figma takes and keeps images of at most so many pixels a side. */
export const maxImageSidePx = 4096

/** A layer is rendered this much larger than it is drawn, so that the fill is sharp on dense screens. */
const renderScale = 2

export const identity: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
]

export function translation(x: number, y: number): Matrix {
  return [
    [1, 0, x],
    [0, 1, y],
  ]
}

/** First `b`, then `a`. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const row = ([m0, m1, m2]: Matrix[0]): Matrix[0] => [
    m0 * b[0][0] + m1 * b[1][0],
    m0 * b[0][1] + m1 * b[1][1],
    m0 * b[0][2] + m1 * b[1][2] + m2,
  ]
  return [row(a[0]), row(a[1])]
}

/** @throws Error when the matrix flattens the plane; Figma's have unit axes. */
export function invert([[a, c, e], [b, d, f]]: Matrix): Matrix {
  const determinant = a * d - b * c
  if (determinant === 0) throw new Error('Expected a transform that can be inverted.')
  return [
    [d / determinant, -c / determinant, (c * f - d * e) / determinant],
    [-b / determinant, a / determinant, (b * e - a * f) / determinant],
  ]
}

export function transformPoint([[a, c, e], [b, d, f]]: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f }
}

/** The smallest upright rectangle around a box. */
export function boundsOf({ transform, size }: Box): Rect {
  const corners = cornersOf(size).map((corner) => transformPoint(transform, corner))
  const left = Math.min(...corners.map(({ x }) => x))
  const top = Math.min(...corners.map(({ y }) => y))
  return {
    x: left,
    y: top,
    width: Math.max(...corners.map(({ x }) => x)) - left,
    height: Math.max(...corners.map(({ y }) => y)) - top,
  }
}

/** The upright box of a rectangle on the page. */
export function boxOf({ x, y, width, height }: Rect): Box {
  return { transform: translation(x, y), size: { width, height } }
}

/** The box with margins along its own sides. */
export function grownBox({ transform, size }: Box, { top, right, bottom, left }: Margins): Box {
  return {
    transform: multiply(transform, translation(-left, -top)),
    size: { width: left + size.width + right, height: top + size.height + bottom },
  }
}

/** The margins that make `inner` as large as `outer`, 0 where it reaches beyond; null: it does not lie straight in it. */
export function marginsWithin(inner: Box, outer: Box): Margins | null {
  const transform = multiply(invert(outer.transform), inner.transform)
  if (!isUpright(transform)) return null
  const { x, y, width, height } = boundsOf({ transform, size: inner.size })
  const margin = (length: number) => Math.max(0, Math.round(100 * length) / 100)
  return {
    top: margin(y),
    right: margin(outer.size.width - x - width),
    bottom: margin(outer.size.height - y - height),
    left: margin(x),
  }
}

/** Whether all of `inner` lies in `outer`, to a hundredth of a page unit. */
export function isWithin(inner: Box, outer: Box): boolean {
  const transform = multiply(invert(outer.transform), inner.transform)
  const { x, y, width, height } = boundsOf({ transform, size: inner.size })
  const beyond = [-x, -y, x + width - outer.size.width, y + height - outer.size.height]
  return beyond.every((length) => length < 0.01)
}

/** Neither turned nor mirrored. */
export function isUpright([[a, c], [b, d]]: Matrix): boolean {
  return Math.abs(b) < 1e-6 && Math.abs(c) < 1e-6 && a > 0 && d > 0
}

/** Whether two boxes have the same corners, to a hundredth of a page unit: finer differences are rounding. */
export function isSameBox(a: Box, b: Box): boolean {
  const cornersOfB = cornersOf(b.size).map((corner) => transformPoint(b.transform, corner))
  return cornersOf(a.size)
    .map((corner) => transformPoint(a.transform, corner))
    .every(({ x, y }, i) => Math.abs(x - cornersOfB[i].x) < 0.01 && Math.abs(y - cornersOfB[i].y) < 0.01)
}

/** Whether two upright rectangles are the same, to a hundredth of a page unit. */
export function isSameRect(a: Rect, b: Rect): boolean {
  return isSameBox(boxOf(a), boxOf(b))
}

/** A layer's box in pixels of its image, not in whole ones; null: the image lies turned or mirrored in it, or is tiled. */
export function boxOnImage(fit: ImageFit, image: Size, layer: Size): Rect | null {
  if (fit.scaleMode === 'TILE') return null
  if (fit.scaleMode === 'CROP') {
    const crop = cropInPixels(fit.imageTransform ?? identity, image)
    return isUpright(crop) ? boundsOf({ transform: crop, size: unitSize }) : null
  }
  if ((fit.rotation ?? 0) % 360 !== 0) return null
  const ratios = [layer.width / image.width, layer.height / image.height]
  return centredPart(image, layer, fit.scaleMode === 'FILL' ? Math.max(...ratios) : Math.min(...ratios))
}

/** For CROP: shows of an image of this size just the part `shown`, in pixels. */
export function cropTo(shown: Rect, image: Size): Matrix {
  return [
    [shown.width / image.width, 0, shown.x / image.width],
    [0, shown.height / image.height, shown.y / image.height],
  ]
}

/** For CROP: shows in a layer what lies beneath it of an image that is laid over `rect` of the page. */
export function cropBeneath({ transform, size }: Box, { x, y, width, height }: Rect): Matrix {
  const toImage: Matrix = [
    [1 / width, 0, -x / width],
    [0, 1 / height, -y / height],
  ]
  const fromLayer: Matrix = [
    [size.width, 0, 0],
    [0, size.height, 0],
  ]
  return multiply(toImage, multiply(transform, fromLayer))
}

/** The corners of what a CROP shows of an image, in pixels, from the layer's top left on. */
export function cornersOfCrop(crop: Matrix, image: Size): Point[] {
  return cornersOf(unitSize).map((corner) => transformPoint(cropInPixels(crop, image), corner))
}

/** The part of an image that its layer shows, in whole image pixels. */
export function visiblePart(fit: ImageFit, image: Size, layer: Size): Rect {
  const whole = { x: 0, y: 0, width: image.width, height: image.height }
  if (fit.scaleMode === 'FIT' || fit.scaleMode === 'TILE') return whole
  const shown =
    fit.scaleMode === 'CROP'
      ? boundsOf({ transform: cropInPixels(fit.imageTransform ?? identity, image), size: unitSize })
      : coveredPart(image, isQuarterTurned(fit) ? { width: layer.height, height: layer.width } : layer)
  return wholePixels(shown, whole)
}

/**
 * How large to export a layer of this size: sharp on dense screens, yet at most 4096 px a side. The side is given in
 * pixels where that limit counts, so that Figma's rounding cannot overstep it.
 */
export function exportConstraint({ width, height }: Size): {
  type: 'SCALE' | 'WIDTH' | 'HEIGHT'
  value: number
} {
  if (renderScale * Math.max(width, height) <= maxImageSidePx - 1)
    return { type: 'SCALE', value: renderScale }
  return { type: width >= height ? 'WIDTH' : 'HEIGHT', value: maxImageSidePx }
}

const unitSize: Size = { width: 1, height: 1 }

function cornersOf({ width, height }: Size): Point[] {
  return [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ]
}

function cropInPixels(crop: Matrix, { width, height }: Size): Matrix {
  const toPixels: Matrix = [
    [width, 0, 0],
    [0, height, 0],
  ]
  return multiply(toPixels, crop)
}

/** The centre of the image that remains when it covers the layer. */
function coveredPart(image: Size, layer: Size): Rect {
  return centredPart(image, layer, Math.max(layer.width / image.width, layer.height / image.height))
}

/** What a layer shows of an image that lies in its middle, `scale` page units for each pixel. */
function centredPart(image: Size, layer: Size, scale: number): Rect {
  const [width, height] = [layer.width / scale, layer.height / scale]
  return { x: (image.width - width) / 2, y: (image.height - height) / 2, width, height }
}

function isQuarterTurned({ rotation = 0 }: ImageFit): boolean {
  return Math.round(rotation / 90) % 2 !== 0
}

/** Rounded outwards and cut to `within`; `within` itself when nothing of it is left. */
function wholePixels(rect: Rect, within: Rect): Rect {
  // A millionth of a pixel, so that 99.9999999 is not rounded out to the next pixel.
  const slack = 1e-6
  const left = Math.max(within.x, Math.floor(rect.x + slack))
  const top = Math.max(within.y, Math.floor(rect.y + slack))
  const right = Math.min(within.x + within.width, Math.ceil(rect.x + rect.width - slack))
  const bottom = Math.min(within.y + within.height, Math.ceil(rect.y + rect.height - slack))
  if (right <= left || bottom <= top) return within
  return { x: left, y: top, width: right - left, height: bottom - top }
}
