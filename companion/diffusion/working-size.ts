import type { Size } from '../image/image.ts'
import { areaOf } from '../image/rect.ts'
import { trainedSide } from './limits.ts'

/** The sizes that a tile is worked on at, one after the other. All sides are multiples of 64. */
export interface WorkingSizes {
  /** What the fill is made at. */
  readonly generated: Size
  /** What it is then refined at; null: it is not. */
  readonly refined: Size | null
}

/**
 * A model draws badly at sizes that it was not trained at: double above, little below. So a fill is generated near
 * `trainedSide`, and where more is asked for refined at that size, or the tile's own where that is smaller.
 *
 * @param side Of a square with as many pixels as were asked for. Up to 768 the fill is generated at that.
 * @param scale Of the sides that are generated; below 1, where memory is short, the fill is not refined.
 */
export function workingSizes(tile: Size, side: number, scale = 1): WorkingSizes {
  const isGeneratedAtOnce = side <= largestGenerated
  const generated = sizeNear(tile, scale * (isGeneratedAtOnce ? side : trainedSide))
  if (isGeneratedAtOnce || scale < 1) return { generated, refined: null }
  const wanted = sizeNear(tile, Math.min(side, Math.sqrt(areaOf(tile))))
  const gain = areaOf(wanted) / areaOf(generated)
  if (gain >= leastGain) return { generated, refined: wanted }
  return { generated: gain > 1 ? wanted : generated, refined: null }
}

/** About as many pixels as a square of that side. Large tiles come smaller already; a small one grows. */
function sizeNear(tile: Size, side: number): Size {
  const longest = Math.max(tile.width, tile.height)
  const scale = Math.min(side / Math.sqrt(areaOf(tile)), (longestShare * side) / longest)
  const down = (pixels: number) => Math.max(multiple, Math.floor((pixels * scale) / multiple) * multiple)
  return { width: down(tile.width), height: down(tile.height) }
}

const multiple = 64

/** Of the side: in longer pictures the model repeats what it drew. */
const longestShare = 1.5

/** Both models still draw well there. */
const largestGenerated = 768

/** Hardly more pixels are generated at once. */
const leastGain = 1.5
