import { expect } from 'vitest'
import { type Image, type Mask, maskThreshold } from '../../companion/image/image.ts'
import type { Rect } from '../../companion/protocol.ts'

/** R, G, B, A. */
export function pixelAt({ width, data }: Image, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)]
}

/** Says where the first difference lies, instead of listing a million bytes. */
export function expectSameImage(actual: Image, expected: Image): void {
  expect({ width: actual.width, height: actual.height }).toEqual({
    width: expected.width,
    height: expected.height,
  })
  expectSamePixelsWhere(actual, expected, () => true)
}

/** Bit for bit, colours under alpha 0 included. */
export function expectSamePixelsWhere(
  actual: Image,
  expected: Image,
  isMeant: (x: number, y: number) => boolean,
): void {
  for (let y = 0; y < expected.height; y += 1) {
    for (let x = 0; x < expected.width; x += 1) {
      const at = (y * expected.width + x) * 4
      const isSame = [0, 1, 2, 3].every(
        (channel) => actual.data[at + channel] === expected.data[at + channel],
      )
      if (!isSame && isMeant(x, y)) {
        expect(pixelAt(actual, x, y), `pixel at ${x}, ${y}`).toEqual(pixelAt(expected, x, y))
      }
    }
  }
}

export interface PromisedPatch {
  readonly patch: Image
  readonly rect: Rect
  readonly mask: Mask
  readonly growPx: number
  readonly featherPx: number
}

/**
 * The patch promise: alpha is 255 wherever the mask as sent is at least 128, and 0 farther than growPx + featherPx
 * from it.
 */
export function expectPatchPromise({ patch, rect, mask, growPx, featherPx }: PromisedPatch): void {
  expect({ width: patch.width, height: patch.height }).toEqual({ width: rect.width, height: rect.height })
  const reach = reachOf(mask, growPx + featherPx)
  for (let y = 0; y < mask.height; y += 1) {
    for (let x = 0; x < mask.width; x += 1) {
      const alpha = alphaAt(patch, x - rect.x, y - rect.y)
      const pixel = y * mask.width + x
      if (mask.data[pixel]! >= maskThreshold && alpha !== 255) {
        expect(alpha, `alpha in the mask at ${x}, ${y}`).toBe(255)
      }
      if (reach[pixel] === 0 && alpha !== 0) expect(alpha, `alpha out of reach at ${x}, ${y}`).toBe(0)
    }
  }
}

function alphaAt({ width, height, data }: Image, x: number, y: number): number {
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : data[(y * width + x) * 4 + 3]!
}

/** 1 up to `reachPx` from the mask: each pixel of its edge paints a disc. Slow, and plainly right. */
function reachOf({ width, height, data }: Mask, reachPx: number): Uint8Array {
  const reach = Uint8Array.from(data, (value) => (value >= maskThreshold ? 1 : 0))
  const isMarked = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x]! >= maskThreshold
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isInside = isMarked(x - 1, y) && isMarked(x + 1, y) && isMarked(x, y - 1) && isMarked(x, y + 1)
      if (!isMarked(x, y) || isInside) continue
      for (let dy = -reachPx; dy <= reachPx; dy += 1) {
        const dx = Math.floor(Math.sqrt(reachPx * reachPx - dy * dy))
        if (y + dy < 0 || y + dy >= height) continue
        reach.fill(1, (y + dy) * width + Math.max(0, x - dx), (y + dy) * width + Math.min(width, x + dx + 1))
      }
    }
  }
  return reach
}
