import { eitherOf, growByBox, placesOf } from './flags.ts'
import { borrow } from './kernels.ts'
import type { Level } from './level.ts'

/** How far the surroundings reach, in px of the level. */
const reachPx = 8
/** Colours are counted in cubes of this side, in grey levels. */
const cubeLevels = 32
const cubesInRow = 256 / cubeLevels

/**
 * How much the present fill differs in colour from what is known around it: the share of its pixels that would have to
 * change their cube of colours, 0..1, plus the distance of the two mean colours in hundreds of grey levels. Patches cost
 * least where they are plain and dark, so a fill may cost little only because it shows nothing of what is around.
 */
export function strangeness(level: Level): number {
  return borrow(() => {
    const { pixels, hole, avoid, holePixels } = level
    const near = growByBox(hole, level, reachPx)
    const unseen = eitherOf(hole, avoid)
    const around = placesOf(near).filter((place) => !unseen[place])
    if (around.length === 0) return 0
    const fill = coloursAt(pixels, holePixels)
    const known = coloursAt(pixels, around)
    const apart = fill.shares.reduce((sum, share, cube) => sum + Math.abs(share - known.shares[cube]!), 0)
    const shift = Math.hypot(...fill.mean.map((value, channel) => value - known.mean[channel]!))
    return apart / 2 + shift / 100
  })
}

function coloursAt(pixels: Uint8Array, places: Int32Array): { mean: number[]; shares: Float64Array } {
  const share = 1 / places.length
  const mean = [0, 0, 0]
  const shares = new Float64Array(cubesInRow ** 3)
  for (const place of places) {
    let cube = 0
    for (let channel = 0; channel < 3; channel++) {
      const value = pixels[4 * place + channel]!
      mean[channel]! += share * value
      cube = cubesInRow * cube + Math.floor(value / cubeLevels)
    }
    shares[cube]! += share
  }
  return { mean, shares }
}
