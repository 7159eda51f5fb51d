import type { Tile } from '../engines/engine.ts'
import type { Image, Mask, Size } from '../image/image.ts'

/**
 * Corrects the colours of a fill whose known pixels the engine has rendered itself: by how far these differ from the
 * picture's, gone on smoothly into the hole. A fill whose known pixels are the picture's stays as it is, bit for bit.
 *
 * The correction is a membrane, the solution of Laplace's equation with the difference at the border as it is (Pérez,
 * Gangnet and Blake, "Poisson Image Editing", 2003, §2). It is solved on cells of 8 × 8 px, whose mean differences hold
 * colour and none of the texture that a network renders a little differently.
 *
 * @param fill Of the tile's size; what it holds outside the mask is the engine's own rendering.
 */
export function matchColours(fill: Image, tile: Tile): Image {
  const differences = measureDifferences(fill, tile)
  if (differences === null) return fill
  relax(differences)
  return correct(fill, tile.mask, differences)
}

const cellPx = 8
/** A cell with fewer known pixels says little. */
const fewestPixels = 16

/** How far the fill is off in each cell. */
interface Differences extends Size {
  /** [height, width, 3]: picture − fill, grey levels. */
  readonly values: Float32Array
  /** [height, width]: 1 where they were measured, 0 where they are still to be found. */
  readonly isKnown: Uint8Array
}

/** null: there is nothing to compare, or no difference. */
function measureDifferences(fill: Image, { image, mask, avoid }: Tile): Differences | null {
  const width = Math.ceil(fill.width / cellPx)
  const height = Math.ceil(fill.height / cellPx)
  const sums = new Float64Array(width * height * 3)
  const counts = new Uint32Array(width * height)
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    const isShown = mask.data[pixel] === 0 && avoid?.data[pixel] !== 255 && image.data[pixel * 4 + 3] === 255
    if (!isShown) continue
    const x = pixel % fill.width
    const cell = Math.floor((pixel - x) / fill.width / cellPx) * width + Math.floor(x / cellPx)
    counts[cell]! += 1
    for (let channel = 0; channel < 3; channel += 1) {
      sums[cell * 3 + channel]! += image.data[pixel * 4 + channel]! - fill.data[pixel * 4 + channel]!
    }
  }
  if (sums.every((sum) => sum === 0)) return null
  const isKnown = Uint8Array.from(counts, (count) => (count >= fewestPixels ? 1 : 0))
  if (!isKnown.includes(1)) return null
  const values = Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[Math.floor(i / 3)]!))
  return { width, height, values, isKnown }
}

/** Sweeps through the cells that were not measured until each holds the mean of its neighbours. */
function relax(differences: Differences): void {
  const { width, height, values, isKnown } = differences
  const open = Uint32Array.from(isKnown.keys()).filter((cell) => isKnown[cell] === 0)
  for (let channel = 0; channel < 3; channel += 1) {
    const mean = meanOfKnown(differences, channel)
    for (const cell of open) values[cell * 3 + channel] = mean
  }
  for (let sweep = 0; sweep < mostSweeps; sweep += 1) {
    let largestChange = 0
    for (const cell of open) {
      const x = cell % width
      const y = (cell - x) / width
      for (let channel = 0; channel < 3; channel += 1) {
        const at = cell * 3 + channel
        // Beyond the tile nothing changes: the cell itself stands for what would be there.
        const left = values[x > 0 ? at - 3 : at]!
        const right = values[x + 1 < width ? at + 3 : at]!
        const above = values[y > 0 ? at - width * 3 : at]!
        const below = values[y + 1 < height ? at + width * 3 : at]!
        const change = overRelaxation * ((left + right + above + below) / 4 - values[at]!)
        values[at]! += change
        largestChange = Math.max(largestChange, Math.abs(change))
      }
    }
    if (largestChange < stillChange) return
  }
}

/** Young's successive over-relaxation, near its best for holes of some 250 px across. */
const overRelaxation = 1.8
const mostSweeps = 1000
/** In grey levels. */
const stillChange = 0.01

function meanOfKnown({ values, isKnown }: Differences, channel: number): number {
  let sum = 0
  let count = 0
  for (const [cell, known] of isKnown.entries()) {
    sum += known * values[cell * 3 + channel]!
    count += known
  }
  return sum / count
}

/** Adds to each masked pixel what its cell and the cells around it say, bilinearly. */
function correct(fill: Image, mask: Mask, { width, height, values }: Differences): Image {
  const corrected = { ...fill, data: fill.data.slice() }
  const columns = Array.from({ length: fill.width }, (_, x) => between(x, width))
  for (let y = 0; y < fill.height; y += 1) {
    const row = between(y, height)
    for (let x = 0; x < fill.width; x += 1) {
      const pixel = y * fill.width + x
      if (mask.data[pixel] === 0) continue
      const column = columns[x]!
      const at = (row.first * width + column.first) * 3
      const toRight = column.step * 3
      const toBelow = row.step * width * 3
      for (let channel = 0; channel < 3; channel += 1) {
        const i = at + channel
        const above = mix(values[i]!, values[i + toRight]!, column.share)
        const below = mix(values[i + toBelow]!, values[i + toBelow + toRight]!, column.share)
        const value = fill.data[pixel * 4 + channel]! + mix(above, below, row.share)
        corrected.data[pixel * 4 + channel] = Math.round(Math.min(255, Math.max(0, value)))
      }
    }
  }
  return corrected
}

/** The two of `count` cells whose centres a pixel lies between, and how near the second is, 0..1. */
function between(
  px: number,
  count: number,
): { readonly first: number; readonly step: number; readonly share: number } {
  const place = Math.min(count - 1, Math.max(0, (px + 0.5) / cellPx - 0.5))
  const first = Math.floor(place)
  return { first, step: first + 1 < count ? 1 : 0, share: place - first }
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share
}
