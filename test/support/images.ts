import { createImage, createMask, type Image, type Mask } from '../../companion/image/image.ts'
import type { Rect } from '../../companion/protocol.ts'

/** Made-up images, none of them square. */

/** Every pixel another colour, opaque. */
export function gradientImage(width = 61, height = 43): Image {
  return paintImage(width, height, (x, y) => [(x * 5) % 256, (y * 7) % 256, (x * 3 + y * 11) % 256, 255])
}

export function plainImage(width: number, height: number, colour: readonly number[]): Image {
  return paintImage(width, height, () => colour)
}

export function paintImage(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => readonly number[],
): Image {
  const image = createImage(width, height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) image.data.set(colourAt(x, y), (y * width + x) * 4)
  }
  return image
}

/** 255 inside the rectangles, else 0. */
export function rectMask(width: number, height: number, ...rects: readonly Rect[]): Mask {
  return paintMask(width, height, (x, y) =>
    rects.some((rect) => x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height),
  )
}

export function discMask(width: number, height: number, x: number, y: number, radiusPx: number): Mask {
  return paintMask(width, height, (px, py) => (px - x) ** 2 + (py - y) ** 2 <= radiusPx ** 2)
}

export function paintMask(width: number, height: number, isMarked: (x: number, y: number) => boolean): Mask {
  const mask = createMask(width, height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) if (isMarked(x, y)) mask.data[y * width + x] = 255
  }
  return mask
}
