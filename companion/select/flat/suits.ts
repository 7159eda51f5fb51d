import type { Image } from '../../image/image.ts'
import { inflate, union } from '../../image/rect.ts'
import type { Rect } from '../../protocol.ts'
import type { Prompt } from '../selector.ts'

/** Of neighbouring pixels round what was pointed at, how many are exactly equal in interface art. */
const flatShare = 0.8

/** How much round a point or box is looked at. */
const surroundingsPx = 24

/** Whether what was pointed at lies in interface art. */
export function isFlatArt(image: Image, { points, box }: Prompt): boolean {
  const places = points.filter(({ include }) => include).map(({ x, y }) => ({ x, y, width: 1, height: 1 }))
  const all = [...places, ...(box === null ? [] : [box])]
  if (all.length === 0) return false
  return equalShare(image, inflate(all.reduce(union), surroundingsPx, image)) >= flatShare
}

function equalShare(image: Image, { x, y, width, height }: Rect): number {
  const isSame = (a: number, b: number) =>
    [0, 1, 2, 3].every((channel) => image.data[a * 4 + channel] === image.data[b * 4 + channel])
  let equal = 0
  let pairs = 0
  for (let row = y; row < y + height; row += 1) {
    for (let column = x; column < x + width; column += 1) {
      const pixel = row * image.width + column
      if (column + 1 < x + width) {
        pairs += 1
        if (isSame(pixel, pixel + 1)) equal += 1
      }
      if (row + 1 < y + height) {
        pairs += 1
        if (isSame(pixel, pixel + image.width)) equal += 1
      }
    }
  }
  return pairs === 0 ? 0 : equal / pairs
}
