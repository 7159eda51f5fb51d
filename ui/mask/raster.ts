import type { Rect } from '../../plugin/messages.ts'
import { drawMarks } from './draw.ts'
import type { Mark } from './mark.ts'

/** One bit a pixel, rows padded to whole bytes, the first pixel in the highest bit: as PNG stores them. 1 = fill. */
export interface Bits {
  readonly widthPx: number
  readonly heightPx: number
  readonly rows: Uint8Array
}

/** Rows drawn at once: 256 rows of a picture 4096 px wide are 4 MiB, where the whole could be 64. */
const bandHeightPx = 256
/** A pixel belongs to the mask where the brush covers at least half of it. */
const opaque = 128

/**
 * Draws the marks at the image's own size, band by band, so that no canvas of the whole picture is needed.
 *
 * @param part What of the image is wanted, in its pixels; may reach beyond it. Default: all of it.
 */
export function bitsFromMarks(
  marks: readonly Mark[],
  widthPx: number,
  heightPx: number,
  part: Rect = { x: 0, y: 0, width: widthPx, height: heightPx },
): Bits {
  const canvas = document.createElement('canvas')
  canvas.width = part.width
  canvas.height = Math.min(bandHeightPx, part.height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser gives no 2D canvas.')
  const bits = emptyBits(part.width, part.height)
  for (let y = 0; y < part.height; y += bandHeightPx) {
    const bandHeight = Math.min(bandHeightPx, part.height - y)
    context.setTransform(1, 0, 0, 1, -part.x, -part.y - y)
    context.clearRect(part.x, part.y + y, part.width, bandHeight)
    drawMarks(context, marks, widthPx, heightPx)
    setBits(bits, y, context.getImageData(0, 0, part.width, bandHeight).data)
  }
  return bits
}

export function emptyBits(widthPx: number, heightPx: number): Bits {
  return { widthPx, heightPx, rows: new Uint8Array(rowBytes(widthPx) * heightPx) }
}

/** Sets the bits from row `y` on, where `rgba` (whole rows) is opaque. */
export function setBits(bits: Bits, y: number, rgba: Uint8ClampedArray): void {
  const stride = rowBytes(bits.widthPx)
  const rowCount = rgba.length / 4 / bits.widthPx
  let alphaAt = 3
  for (let row = y; row < y + rowCount; row++) {
    for (let x = 0; x < bits.widthPx; x++, alphaAt += 4) {
      if (rgba[alphaAt]! >= opaque) bits.rows[row * stride + (x >> 3)]! |= 0x80 >> (x & 7)
    }
  }
}

/** What is set, opaque on a canvas as large as `rect`. */
export function imageFromBits({ widthPx, rows }: Bits, rect: Rect): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = rect.width
  canvas.height = rect.height
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser gives no 2D canvas.')
  const pixels = context.createImageData(rect.width, rect.height)
  const stride = rowBytes(widthPx)
  for (let y = 0, alphaAt = 3; y < rect.height; y++) {
    const rowAt = (rect.y + y) * stride
    for (let x = rect.x; x < rect.x + rect.width; x++, alphaAt += 4) {
      if (rows[rowAt + (x >> 3)]! & (0x80 >> (x & 7))) pixels.data[alphaAt] = 255
    }
  }
  context.putImageData(pixels, 0, 0)
  return canvas
}

/** Set where either is; both of one size. */
export function unitedBits(a: Bits, b: Bits): Bits {
  return { ...a, rows: a.rows.map((byte, at) => byte | b.rows[at]!) }
}

export function isEmpty({ rows }: Bits): boolean {
  return rows.every((byte) => byte === 0)
}

/** The smallest rectangle around all that is set; null: nothing is. To whole bytes at the left and the right. */
export function boundsOf({ heightPx, widthPx, rows }: Bits): Rect | null {
  const stride = rowBytes(widthPx)
  const [first, last] = [rows.findIndex((byte) => byte !== 0), rows.findLastIndex((byte) => byte !== 0)]
  if (first < 0) return null
  let [left, right] = [stride, 0]
  for (let at = first; at <= last; at++) {
    if (rows[at] === 0) continue
    left = Math.min(left, at % stride)
    right = Math.max(right, at % stride)
  }
  const [y, bottom] = [Math.floor(first / stride), Math.min(heightPx, Math.floor(last / stride) + 1)]
  return { x: left * 8, y, width: Math.min(widthPx, (right + 1) * 8) - left * 8, height: bottom - y }
}

function rowBytes(widthPx: number): number {
  return (widthPx + 7) >> 3
}
