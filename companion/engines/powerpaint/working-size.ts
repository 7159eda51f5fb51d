import type { WorkingSizes } from '../../diffusion/working-size.ts'
import type { Size } from '../../image/image.ts'
import { boundsOf, inverse } from '../../image/mask.ts'
import { areaOf } from '../../image/rect.ts'
import type { Tile } from '../engine.ts'
import { trainedSides } from './presets.ts'
import type { Mode } from './prompts.ts'

/**
 * What a tile is generated at, and refined at where a larger side than the model draws well at is asked for.
 *
 * @param scale Of the side; below 1, where memory is short, nothing is refined.
 */
export function taskSizes(
  tile: Pick<Tile, 'image' | 'mask'>,
  side: number,
  scale: number,
  mode: Mode,
): WorkingSizes {
  if (side <= largestGenerated) return { generated: taskSize(tile, scale * side, mode), refined: null }
  return {
    generated: taskSize(tile, scale * trainedSides[mode], mode),
    refined: scale < 1 ? null : taskSize(tile, side, mode),
  }
}

const largestGenerated = 768

/**
 * What a tile is worked on at: its shorter side is `side`, as in the authors' demo; where a picture is continued, the shorter
 * side of what is known of it. Their demo rounds to multiples of 8; to 64 it is here, for a network is loaded for one size, and so
 * the next tile is more likely to find it loaded.
 */
export function taskSize({ image, mask }: Pick<Tile, 'image' | 'mask'>, side: number, mode: Mode): Size {
  const known = mode === 'image-outpainting' ? boundsOf(inverse(mask)) : null
  const { width, height } = known ?? image
  const scale = Math.min(side / Math.min(width, height), Math.sqrt(mostPixels(side, mode) / areaOf(image)))
  const rounded = (pixels: number) => Math.max(1, Math.round((pixels * scale) / multiple)) * multiple
  return { width: rounded(image.width), height: rounded(image.height) }
}

/** Twice a square; where a picture is continued, three times. */
export function mostPixels(side: number, mode: Mode): number {
  return (mode === 'image-outpainting' ? 3 : 2) * side * side
}

const multiple = 64
