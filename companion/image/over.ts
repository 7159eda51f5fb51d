import type { Rect } from '../protocol.ts'
import type { Image } from './image.ts'

/** Lays `top` over the part `rect` of `below`, which is changed. */
export function layImage(top: Image, rect: Rect, below: Image): void {
  for (let y = 0; y < rect.height; y += 1) {
    let from = y * rect.width * 4
    let to = ((rect.y + y) * below.width + rect.x) * 4
    for (const end = from + rect.width * 4; from < end; from += 4, to += 4) {
      const alpha = top.data[from + 3]!
      if (alpha > 0) layPixel(top.data, from, alpha, below.data, to)
    }
  }
}

/**
 * A colour with an alpha of 1..255 over one pixel, none premultiplied: Porter and Duff's "over", "Compositing Digital
 * Images", 1984.
 */
export function layPixel(top: Uint8Array, from: number, alpha: number, below: Uint8Array, to: number): void {
  if (alpha === 255) {
    copyColour(top, from, 255, below, to)
    return
  }
  const share = alpha / 255
  const alphaBelow = (below[to + 3]! / 255) * (1 - share)
  const alphaOut = share + alphaBelow
  for (let channel = 0; channel < 3; channel += 1) {
    const sum = top[from + channel]! * share + below[to + channel]! * alphaBelow
    below[to + channel] = Math.round(sum / alphaOut)
  }
  below[to + 3] = Math.round(alphaOut * 255)
}

/** One pixel becomes the other by `share`, 0..1, in colour and alpha. */
export function crossfadePixel(
  towards: Uint8Array,
  from: number,
  share: number,
  pixels: Uint8Array,
  to: number,
): void {
  if (share === 1) {
    copyColour(towards, from, towards[from + 3]!, pixels, to)
    return
  }
  const alphaNew = towards[from + 3]! * share
  const alphaOld = pixels[to + 3]! * (1 - share)
  const alphaOut = alphaNew + alphaOld
  // Where both are transparent their colours count alike, as they do for a scaled picture.
  const weightNew = alphaOut === 0 ? share : alphaNew / alphaOut
  for (let channel = 0; channel < 3; channel += 1) {
    const old = pixels[to + channel]!
    pixels[to + channel] = Math.round(old + (towards[from + channel]! - old) * weightNew)
  }
  pixels[to + 3] = Math.round(alphaOut)
}

/** What the formulas above come to where nothing of the old pixel is left, which is so nearly everywhere. */
function copyColour(top: Uint8Array, from: number, alpha: number, below: Uint8Array, to: number): void {
  below[to] = top[from]!
  below[to + 1] = top[from + 1]!
  below[to + 2] = top[from + 2]!
  below[to + 3] = alpha
}
