import type { Image } from '../../image/image.ts'
import { areaOf, inflate, union } from '../../image/rect.ts'
import type { Rect } from '../../protocol.ts'
import type { Prompt } from '../selector.ts'

/** Of neighbouring pixels round what was pointed at, how many are exactly equal in interface art. */
const flatShare = 0.8

/** How much round a point or box is looked at. */
const surroundingsPx = 24

/** Enough to judge a share by. */
const mostPixels = 20_000

/** Whether what was pointed at lies in interface art. */
export function isFlatArt(image: Image, { points, box }: Prompt): boolean {
  const places = points.filter(({ include }) => include).map(({ x, y }) => ({ x, y, width: 1, height: 1 }))
  const all = [...places, ...(box === null ? [] : [box])]
  if (all.length === 0) return false
  return equalShare(image, inflate(all.reduce(union), surroundingsPx, image)) >= flatShare
}

/** Of pixels and their right and lower neighbours. A large area is judged by pixels spread evenly over it. */
function equalShare(image: Image, area: Rect): number {
  const step = Math.max(1, Math.floor(Math.sqrt(areaOf(area) / mostPixels)))
  let equal = 0
  let pairs = 0
  for (let y = area.y; y + 1 < area.y + area.height; y += step) {
    for (let x = area.x; x + 1 < area.x + area.width; x += step) {
      const pixel = y * image.width + x
      pairs += 2
      if (isSame(image, pixel, pixel + 1)) equal += 1
      if (isSame(image, pixel, pixel + image.width)) equal += 1
    }
  }
  return pairs === 0 ? 0 : equal / pairs
}

function isSame({ data }: Image, a: number, b: number): boolean {
  for (let channel = 0; channel < 4; channel += 1) {
    if (data[a * 4 + channel] !== data[b * 4 + channel]) return false
  }
  return true
}
