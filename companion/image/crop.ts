import type { Rect } from '../protocol.ts'
import { createImage, createMask, type Image, type Mask, wholeOf } from './image.ts'
import { intersection } from './rect.ts'

/** The part of an image inside `rect`, which lies in it. */
export function cropImage(image: Image, rect: Rect): Image {
  const part = createImage(rect.width, rect.height)
  for (let y = 0; y < rect.height; y += 1) {
    const from = ((rect.y + y) * image.width + rect.x) * 4
    part.data.set(image.data.subarray(from, from + rect.width * 4), y * rect.width * 4)
  }
  return part
}

/** What lies inside `canvas`, which may reach beyond the image: transparent there. */
export function cutCanvas(image: Image, canvas: Rect): Image {
  const cut = createImage(canvas.width, canvas.height)
  const seen = intersection(canvas, wholeOf(image))
  if (seen === null) return cut
  pasteImage(cropImage(image, seen), { ...seen, x: seen.x - canvas.x, y: seen.y - canvas.y }, cut)
  return cut
}

/** The part of a mask inside `rect`, which lies in it. */
export function cropMask(mask: Mask, rect: Rect): Mask {
  const part = createMask(rect.width, rect.height)
  for (let y = 0; y < rect.height; y += 1) {
    const from = (rect.y + y) * mask.width + rect.x
    part.data.set(mask.data.subarray(from, from + rect.width), y * rect.width)
  }
  return part
}

/** Puts `part` where `rect`, of its size, lies in the image, which is changed. */
export function pasteImage(part: Image, rect: Rect, image: Image): void {
  for (let y = 0; y < rect.height; y += 1) {
    const row = part.data.subarray(y * rect.width * 4, (y + 1) * rect.width * 4)
    image.data.set(row, ((rect.y + y) * image.width + rect.x) * 4)
  }
}
