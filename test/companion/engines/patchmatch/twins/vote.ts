import type { Field } from '../../../../../companion/engines/patchmatch/field.ts'
import type { Level } from '../../../../../companion/engines/patchmatch/level.ts'

/** How much less a patch counts for each pixel that its centre lies deeper in the hole. */
const gamma = 2

/** The twin of `vote`. */
export function vote(level: Level, field: Field, alpha: number): number {
  const { pixels, holePixels } = level
  let change = 0
  for (const place of holePixels) {
    const sums = [0, 0, 0, 0]
    let weight = 0
    for (const { source, w } of votersOf(level, field, place, alpha)) {
      weight += w
      for (let byte = 0; byte < 4; byte++) sums[byte]! += w * pixels[4 * source + byte]!
    }
    const scale = 1 / weight
    for (let byte = 0; byte < 4; byte++) {
      const value = Math.round(sums[byte]! * scale)
      if (byte < 3) change += Math.abs(value - pixels[4 * place + byte]!)
      pixels[4 * place + byte] = value
    }
  }
  return change / (3 * holePixels.length)
}

/** The twin of `voteOnSteps`. */
export function voteOnSteps(level: Level, field: Field): Float32Array {
  const { pixels, width, height, holePixels } = level
  const number = new Map(Array.from(holePixels, (place, k) => [place, k]))
  const steps = new Float32Array(4 * holePixels.length)
  holePixels.forEach((place, k) => {
    const voters = votersOf(level, field, place, 2, { rowStep: 2, mostSpread: 16 })
    const weight = voters.reduce((sum, { w }) => sum + w, 0)
    for (const [dx, dy] of [
      [-1, 0],
      [1, 0],
      [0, -1],
      [0, 1],
    ] as const) {
      const towards = dy * width + dx
      if (!isInside(place, dx, dy)) continue
      const other = number.get(place + towards)
      for (let byte = 0; byte < 4; byte++) {
        let sum = 0
        for (const { source, w } of voters) {
          if (!isInside(source, dx, dy)) continue
          sum += w * (pixels[4 * source + byte]! - pixels[4 * (source + towards) + byte]!)
        }
        const difference = sum / weight
        steps[4 * k + byte]! += other === undefined ? difference : difference / 2
        if (other !== undefined) steps[4 * other + byte]! -= difference / 2
      }
    }
  })
  return steps

  function isInside(place: number, dx: number, dy: number): boolean {
    const x = (place % width) + dx
    const y = Math.floor(place / width) + dy
    return x >= 0 && x < width && y >= 0 && y < height
  }
}

/**
 * The patches that cover a pixel, from every so manieth row of them: what each shows there, and what it weighs.
 *
 * mostSpread: in place of dmean − dmin, times dmin
 */
function votersOf(
  { width, height, depth, patchRadius: r }: Level,
  { match, cost }: Field,
  place: number,
  alpha: number,
  { rowStep, mostSpread } = { rowStep: 1, mostSpread: Number.POSITIVE_INFINITY },
): { source: number; w: number }[] {
  const x = place % width
  const y = (place - x) / width
  const top = Math.max(r, y - r)
  const bottom = Math.min(height - 1 - r, y + r)
  const left = Math.max(r, x - r)
  const right = Math.min(width - 1 - r, x + r)
  let least = Number.POSITIVE_INFINITY
  let sum = 0
  for (let cy = top; cy <= bottom; cy++) {
    for (let c = cy * width + left; c <= cy * width + right; c++) {
      sum += cost[c]!
      least = Math.min(least, cost[c]!)
    }
  }
  const mean = sum / ((bottom - top + 1) * (right - left + 1))
  const spread = Math.max(
    1e-3,
    Math.min(
      mean - least,
      least === 0 && mostSpread === Number.POSITIVE_INFINITY ? mostSpread : mostSpread * least,
    ),
  )
  const sharpness = mean > least ? 1 / (alpha * spread) : 0
  const voters: { source: number; w: number }[] = []
  for (let cy = top; cy <= bottom; cy += rowStep) {
    for (let c = cy * width + left; c <= cy * width + right; c++) {
      const power = (least - cost[c]!) * sharpness - Math.log(gamma) * (depth[c]! - depth[place]!)
      voters.push({ source: match[c]! + place - c, w: Math.exp(power) })
    }
  }
  return voters
}
