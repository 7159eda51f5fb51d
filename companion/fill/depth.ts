import { beyondReach, squaredDistances } from '../image/distance.ts'
import { createMask, type Mask, wholeOf } from '../image/image.ts'
import { inflate } from '../image/rect.ts'
import type { Rect } from '../protocol.ts'
import type { Masks } from './masks.ts'

/**
 * How deep a hole is: the radius, in px, of the largest disc in it that holds nothing known. What is beyond the
 * picture's border is not known either. Right to the pixel up to 1024 px of length, to 2 px at twice that, and so on.
 */
export function depthOf(hole: Rect, masks: Masks): number {
  const area = inflate(hole, 1, masks.mask)
  const cellPx = Math.ceil(Math.max(area.width, area.height) / mostCells)
  const known = knownCells(area, cellPx, masks)
  const reach = Math.max(known.width, known.height)
  let deepest = 1
  for (const squared of squaredDistances(known, wholeOf(known), reach)) {
    deepest = Math.max(deepest, squared === beyondReach ? reach ** 2 : squared)
  }
  return Math.sqrt(deepest) * cellPx
}

/** Along a side. */
const mostCells = 1024

/** 255 for each cell of an area that holds a known pixel. */
function knownCells(area: Rect, cellPx: number, { mask, avoid }: Masks): Mask {
  const cells = createMask(Math.ceil(area.width / cellPx), Math.ceil(area.height / cellPx))
  for (let y = 0; y < area.height; y += 1) {
    const row = (area.y + y) * mask.width + area.x
    const cellRow = Math.floor(y / cellPx) * cells.width
    for (let x = 0; x < area.width; x += 1) {
      if (mask.data[row + x] !== 0 || avoid?.data[row + x] === 255) continue
      cells.data[cellRow + Math.floor(x / cellPx)] = 255
    }
  }
  return cells
}
