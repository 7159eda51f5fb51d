import { createImage, type Image, type Size, wholeOf } from '../image/image.ts'
import type { Rect } from '../protocol.ts'

/** The part of a picture that is cut, at the size it is cut at. */
export interface Scene extends Size {
  /** [height, width, 3] Times alpha, so that what cannot be seen does not count. */
  readonly colours: Uint8Array
}

/** Part of a picture as a scene of another size, at most its own. Each pixel is the mean of those it covers. */
export function sceneOf(image: Image, rect: Rect, { width, height }: Size): Scene {
  const colours = new Uint8Array(width * height * 3)
  const lefts = edgesOf(rect.x, rect.width, width)
  const tops = edgesOf(rect.y, rect.height, height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let r = 0
      let g = 0
      let b = 0
      for (let row = tops[y]!; row < tops[y + 1]!; row += 1) {
        const end = (row * image.width + lefts[x + 1]!) * 4
        for (let at = (row * image.width + lefts[x]!) * 4; at < end; at += 4) {
          const alpha = image.data[at + 3]!
          r += image.data[at]! * alpha
          g += image.data[at + 1]! * alpha
          b += image.data[at + 2]! * alpha
        }
      }
      const weight = 255 * (tops[y + 1]! - tops[y]!) * (lefts[x + 1]! - lefts[x]!)
      const at = (y * width + x) * 3
      colours[at] = Math.round(r / weight)
      colours[at + 1] = Math.round(g / weight)
      colours[at + 2] = Math.round(b / weight)
    }
  }
  return { width, height, colours }
}

/**
 * The same for a picture that is asked about again and again: what is to be much smaller is made from a smaller copy of the
 * picture, which is kept as long as the picture.
 */
export function sceneOfKept(image: Image, rect: Rect, size: Size): Scene {
  const isMuchSmaller = rect.width >= 4 * size.width && rect.height >= 4 * size.height
  if (!isMuchSmaller) return sceneOf(image, rect, size)
  const [x, y] = [rect.x >> 1, rect.y >> 1]
  return sceneOfKept(halfOf(image), { x, y, width: rect.width >> 1, height: rect.height >> 1 }, size)
}

const halves = new WeakMap<Image, Image>()

/** A picture at half its size, and opaque: as a scene shows it. Made when it is first asked for. */
export function halfOf(image: Image): Image {
  const known = halves.get(image)
  if (known !== undefined) return known
  const half = createImage(Math.ceil(image.width / 2), Math.ceil(image.height / 2))
  const { colours } = sceneOf(image, wholeOf(image), half)
  for (let from = 0, to = 0; from < colours.length; from += 3, to += 4) {
    half.data[to] = colours[from]!
    half.data[to + 1] = colours[from + 1]!
    half.data[to + 2] = colours[from + 2]!
    half.data[to + 3] = 255
  }
  halves.set(image, half)
  return half
}

/** Half as wide and high, rounded up. */
export function halveScene({ width, height, colours }: Scene): Scene {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) }
  const halved = new Uint8Array(half.width * half.height * 3)
  for (let y = 0; y < half.height; y += 1) {
    const top = 2 * y * width
    const bottom = Math.min(2 * y + 1, height - 1) * width
    for (let x = 0; x < half.width; x += 1) {
      const left = 2 * x
      const right = Math.min(2 * x + 1, width - 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const above = colours[(top + left) * 3 + channel]! + colours[(top + right) * 3 + channel]!
        const below = colours[(bottom + left) * 3 + channel]! + colours[(bottom + right) * 3 + channel]!
        halved[(y * half.width + x) * 3 + channel] = (above + below + 2) >> 2
      }
    }
  }
  return { ...half, colours: halved }
}

/** Where the pixels of a side that is made `to` long begin and end in the picture: to + 1 positions. */
function edgesOf(start: number, from: number, to: number): Int32Array {
  return Int32Array.from({ length: to + 1 }, (_, position) => start + Math.round((position * from) / to))
}
