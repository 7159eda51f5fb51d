import type { Image, Size } from '../../image/image.ts'

/** A picture whose colours are compared whole: two pixels are the same or they are not. */
export interface FlatPicture extends Size {
  /** [height, width] R, G, B and A of a pixel in one number. */
  readonly colours: Uint32Array
}

/** Shares the image's memory. */
export function flatPictureOf({ width, height, data }: Image): FlatPicture {
  return { width, height, colours: new Uint32Array(data.buffer, data.byteOffset, width * height) }
}

/**
 * Whether the pixel is part of a plain surface: of a block of 3 × 3 pixels of its colour. What is not is a line, a soft
 * edge, a shadow, a gradient, a photograph.
 */
export function isSurface(picture: FlatPicture, pixel: number): boolean {
  const { width, height } = picture
  const y = Math.floor(pixel / width)
  const x = pixel - y * width
  for (let top = Math.max(0, y - 2); top <= Math.min(y, height - 3); top += 1) {
    for (let left = Math.max(0, x - 2); left <= Math.min(x, width - 3); left += 1) {
      if (isPlainBlock(picture, top * width + left, picture.colours[pixel]!)) return true
    }
  }
  return false
}

function isPlainBlock({ width, colours }: FlatPicture, corner: number, colour: number): boolean {
  for (let row = corner; row <= corner + 2 * width; row += width) {
    if (colours[row] !== colour || colours[row + 1] !== colour || colours[row + 2] !== colour) return false
  }
  return true
}

/** The largest difference in a channel, 0..255. */
export function differenceOf({ colours }: FlatPicture, a: number, b: number): number {
  let [left, right] = [colours[a]!, colours[b]!]
  let largest = 0
  for (let channel = 0; channel < 4; channel += 1) {
    largest = Math.max(largest, Math.abs((left & 255) - (right & 255)))
    left >>>= 8
    right >>>= 8
  }
  return largest
}
