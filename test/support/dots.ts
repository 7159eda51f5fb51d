import type { Image } from '../../companion/image/image.ts'
import type { Rect } from '../../companion/protocol.ts'
import { pixelAt } from './assert-image.ts'
import { paintImage } from './images.ts'

/** [width, height] of a picture with dots. */
export const dotsSize = [260, 170] as const
/** All of the picture that has dots. */
export const dottedPart: Rect = { x: 0, y: 0, width: 192, height: 170 }
/** Lies in it, 12 dots inside and none across its border. */
export const dottedHole: Rect = { x: 96, y: 60, width: 48, height: 36 }

/**
 * A mottled grey ground, its left part dotted with white.
 *
 * @param hole what the hole shows; absent: its part of the ground.
 */
export function dots(hole?: readonly number[]): Image {
  return paintImage(...dotsSize, (x, y) => {
    if (hole !== undefined && isInDottedHole(x, y)) return hole
    if (x < dottedPart.width && x % 12 >= 4 && x % 12 < 8 && y % 12 >= 4 && y % 12 < 8) {
      return [250, 250, 250, 255]
    }
    const grey = 110 + ((x * x + 3 * y * y + 5 * x * y) % 23)
    return [grey, grey, grey, 255]
  })
}

export function isInDottedHole(x: number, y: number): boolean {
  const { x: left, y: top, width, height } = dottedHole
  return x >= left && x < left + width && y >= top && y < top + height
}

/** How many of the hole's pixels show a dot. */
export function countDotted(filled: Image): number {
  const { x: left, y: top, width, height } = dottedHole
  let dotted = 0
  for (let y = top; y < top + height; y += 1) {
    for (let x = left; x < left + width; x += 1) if (pixelAt(filled, x, y)[0]! > 180) dotted += 1
  }
  return dotted
}
