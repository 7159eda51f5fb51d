import { CompanionError } from '../errors.ts'
import type { Image } from '../image/image.ts'
import { featherMask } from '../image/mask.ts'
import type { Tile } from './engine.ts'

/** A model gave something that cannot be a fill. */
export class NonsenseError extends CompanionError {
  constructor(title: string, what: string) {
    super('model-damaged', `${title} gave ${what} instead of a picture. Its file may be damaged.`, {
      hint: 'Install the model again to repair it, or choose another engine.',
    })
  }
}

/** @throws NonsenseError for NaN and infinities, which float16 runs into where numbers grow too large. */
export function refuseNonNumbers(title: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isFinite(values[i])) throw new NonsenseError(title, 'values that are no numbers')
  }
}

/** Pixels around the hole that it is compared with reach this far. */
const ringPx = 3
/** Smaller holes may well be of one colour. */
const leastPixels = 64
const sameWithin = 24

/**
 * Refuses a fill of one colour, black above all, that hardly any pixel around it has.
 *
 * @param fill Of the tile's size.
 * @throws NonsenseError
 */
export function refuseBlank(title: string, fill: Image, { image, mask }: Pick<Tile, 'image' | 'mask'>): void {
  const colour = onlyColour(fill, mask.data)
  if (colour === null) return
  const grown = featherMask(mask, { growPx: ringPx, featherPx: 0 })
  let ring = 0
  let same = 0
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (grown.data[pixel] === 0 || mask.data[pixel] !== 0) continue
    ring += 1
    if (isNear(image.data, 4 * pixel, colour, sameWithin)) same += 1
  }
  if (ring > 0 && same < 0.1 * ring) throw new NonsenseError(title, 'a single colour')
}

/** Null: the masked pixels have several, or are too few to tell. */
function onlyColour({ data }: Image, mask: Uint8Array): readonly number[] | null {
  let colour: readonly number[] | null = null
  let pixels = 0
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    if (mask[pixel] === 0) continue
    colour ??= [...data.subarray(4 * pixel, 4 * pixel + 3)]
    pixels += 1
    if (!isNear(data, 4 * pixel, colour, 1)) return null
  }
  return pixels < leastPixels ? null : colour
}

function isNear(data: Uint8Array, at: number, colour: readonly number[], within: number): boolean {
  return colour.every((value, channel) => Math.abs(data[at + channel]! - value) <= within)
}
