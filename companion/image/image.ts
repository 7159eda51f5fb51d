import type { Rect } from '../protocol.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** Pixels [height, width, 4]: R, G, B, A, 0..255, not premultiplied. */
export interface Image extends Size {
  readonly data: Uint8Array
}

/** One byte a pixel [height, width], 0..255. What a value means, its name says: of a mask, 128 and more = fill. */
export interface Mask extends Size {
  readonly data: Uint8Array
}

/** A mask's pixels at or above this value are to be filled. */
export const maskThreshold = 128

export function createImage(width: number, height: number): Image {
  return { width, height, data: new Uint8Array(width * height * 4) }
}

export function createMask(width: number, height: number): Mask {
  return { width, height, data: new Uint8Array(width * height) }
}

export function wholeOf({ width, height }: Size): Rect {
  return { x: 0, y: 0, width, height }
}
