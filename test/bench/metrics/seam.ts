import { squaredDistances } from '../../../companion/image/distance.ts'
import { createMask, type Image, type Mask } from '../../../companion/image/image.ts'
import { boundsOf } from '../../../companion/image/mask.ts'
import { inflate } from '../../../companion/image/rect.ts'
import { lumaOf } from './luma.ts'

/** How far from the border its surroundings reach, to both sides. */
const reachPx = 8

/**
 * How much the hole's border stands out: the mean difference in luma between neighbouring pixels on its two sides,
 * relative to that between neighbours on one side, up to 8 px from it. 1: as busy as its surroundings; above 1 the
 * border shows, below 1 it is smoothed. Needs no truth. null where the surroundings are of one colour.
 */
export function seamRatio(mask: Mask, filled: Image): number | null {
  const luma = lumaOf(filled)
  const isNear = nearBorder(mask)
  const across = { sum: 0, count: 0 }
  const beside = { sum: 0, count: 0 }
  const compare = (pixel: number, neighbour: number) => {
    if (!isNear[pixel] || !isNear[neighbour]) return
    const pairs = mask.data[pixel] === mask.data[neighbour] ? beside : across
    pairs.sum += Math.abs(luma[pixel]! - luma[neighbour]!)
    pairs.count += 1
  }
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if ((pixel + 1) % mask.width !== 0) compare(pixel, pixel + 1)
    if (pixel + mask.width < mask.data.length) compare(pixel, pixel + mask.width)
  }
  return beside.sum === 0 ? null : across.sum / across.count / (beside.sum / beside.count)
}

/** 1 for pixels within `reachPx` of one on the border's other side. */
function nearBorder(mask: Mask): Uint8Array {
  const known = createMask(mask.width, mask.height)
  for (let pixel = 0; pixel < known.data.length; pixel += 1) known.data[pixel] = 255 - mask.data[pixel]!
  const area = inflate(boundsOf(mask)!, reachPx, mask)
  const [toHole, toKnown] = [mask, known].map((side) => squaredDistances(side, area, reachPx))
  const near = new Uint8Array(mask.data.length)
  for (let i = 0; i < area.width * area.height; i += 1) {
    const x = i % area.width
    const pixel = (area.y + (i - x) / area.width) * mask.width + area.x + x
    if (Math.max(toHole![i]!, toKnown![i]!) <= reachPx * reachPx) near[pixel] = 1
  }
  return near
}
