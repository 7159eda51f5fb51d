import type { Size } from '../image/image.ts'
import { areaOf } from '../image/rect.ts'

/**
 * What a tile is worked on at: about as many pixels as a square of the side that the model was trained at, for it draws
 * badly at others, in multiples of 64. Large tiles come smaller already; a small one grows.
 *
 * @param side Pixels.
 */
export function workingSize(tile: Size, side: number): Size {
  const longest = Math.max(tile.width, tile.height)
  const scale = Math.min(side / Math.sqrt(areaOf(tile)), (longestShare * side) / longest)
  const down = (pixels: number) => Math.max(multiple, Math.floor((pixels * scale) / multiple) * multiple)
  return { width: down(tile.width), height: down(tile.height) }
}

const multiple = 64

/** Of the trained side: in longer pictures the model repeats what it drew. */
const longestShare = 1.5
