import type { Scene } from '../../../../../companion/engines/patchmatch/level.ts'

const taps = [1, 3, 3, 1] as const
/** A coarse pixel is a hole when more than this share of its weight is. */
const holeShare = 3 / 8

/** The twin of `halve`. */
export function halve(fine: Scene): Scene {
  const width = Math.ceil(fine.width / 2)
  const height = Math.ceil(fine.height / 2)
  const coarse = {
    width,
    height,
    pixels: new Uint8Array(width * height * 4),
    hole: new Uint8Array(width * height),
    avoid: new Uint8Array(width * height),
  }
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) gather(fine, coarse, x, y, i)
  return coarse
}

function gather(fine: Scene, coarse: Scene, x: number, y: number, i: number): void {
  let weight = 0
  let known = 0
  let r = 0
  let g = 0
  let b = 0
  let t = 0
  for (let dy = 0; dy < 4; dy++) {
    const fineY = 2 * y + dy - 1
    if (fineY < 0 || fineY >= fine.height) continue
    for (let dx = 0; dx < 4; dx++) {
      const fineX = 2 * x + dx - 1
      if (fineX < 0 || fineX >= fine.width) continue
      const j = fineY * fine.width + fineX
      const w = taps[dx]! * taps[dy]!
      weight += w
      if (fine.avoid[j]) coarse.avoid[i] = 1
      if (fine.hole[j]) continue
      known += w
      r += w * fine.pixels[4 * j]!
      g += w * fine.pixels[4 * j + 1]!
      b += w * fine.pixels[4 * j + 2]!
      t += w * fine.pixels[4 * j + 3]!
    }
  }
  if (weight - known > holeShare * weight) {
    coarse.hole[i] = 1
    return
  }
  coarse.pixels[4 * i] = Math.round(r / known)
  coarse.pixels[4 * i + 1] = Math.round(g / known)
  coarse.pixels[4 * i + 2] = Math.round(b / known)
  coarse.pixels[4 * i + 3] = Math.round(t / known)
}
