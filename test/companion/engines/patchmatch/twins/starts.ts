import type { Level } from '../../../../../companion/engines/patchmatch/level.ts'
import type { Fill } from '../../../../../companion/engines/patchmatch/starts.ts'

/** The twin of `bestSource`. */
export function bestSource(
  level: Level,
  { filled, candidates }: Pick<Fill, 'filled' | 'candidates'>,
  place: number,
): number {
  const { pixels } = level
  const shifts: number[] = []
  const wanted: number[] = []
  for (const near of patchAround(level, place, level.patchRadius)) {
    if (!filled[near]) continue
    for (let channel = 0; channel < 4; channel++) {
      shifts.push(4 * (near - place) + channel)
      wanted.push(pixels[4 * near + channel]!)
    }
  }
  let best = candidates[0]!
  let least = Number.POSITIVE_INFINITY
  for (let c = 0; c < candidates.length; c++) {
    const base = 4 * candidates[c]!
    let sum = 0
    for (let k = 0; k < shifts.length && sum < least; k++) {
      const d = pixels[base + shifts[k]!]! - wanted[k]!
      sum += d * d
    }
    if (sum < least) {
      least = sum
      best = candidates[c]!
    }
  }
  return best
}

/** The places of a square, cut at the picture's border. */
function patchAround({ width, height }: Level, place: number, radius: number): number[] {
  const centreX = place % width
  const centreY = (place - centreX) / width
  const places: number[] = []
  for (let y = Math.max(0, centreY - radius); y <= Math.min(height - 1, centreY + radius); y++) {
    for (let x = Math.max(0, centreX - radius); x <= Math.min(width - 1, centreX + radius); x++) {
      places.push(y * width + x)
    }
  }
  return places
}
