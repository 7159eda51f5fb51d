import { step } from './cancel'
import { leastOf } from './lanes'

/** See `chooseCopies` in copy.ts. */
export function chooseCopies(
  width: i32,
  height: i32,
  patchRadius: i32,
  holePixels: usize,
  holePixelCount: i32,
  match: usize,
  cost: usize,
  copiedFrom: usize,
): void {
  const r = patchRadius
  for (let k = 0; k < holePixelCount; k++) {
    step()
    const place = load<i32>(holePixels + 4 * k)
    const x = place % width
    const y = place / width
    const left = max(r, x - r)
    const right = min(width - 1 - r, x + r)
    // A row is at most seven patches: two times four of them, and none beyond the last.
    const isLow = i32x4.le_s(i32x4(0, 1, 2, 3), i32x4.splat(right - left))
    const isHigh = i32x4.le_s(i32x4(4, 5, 6, 7), i32x4.splat(right - left))
    const acrossLow = i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(left - x))
    const acrossHigh = i32x4.add(acrossLow, i32x4.splat(4))
    // In each lane the best of its patches, and the first of them where several are.
    let leasts = i32x4.splat(i32.MAX_VALUE)
    let centres = i32x4.splat(0)
    for (let cy = max(r, y - r); cy <= min(height - 1 - r, y + r); cy++) {
      const first = cy * width + left
      const along = i32x4.splat((cy - y) * (cy - y))
      const centre = i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(first))
      const low = scoresOf(v128.load(cost + 4 * first), acrossLow, along)
      const isLess = v128.and(i32x4.lt_s(low, leasts), isLow)
      leasts = v128.bitselect(low, leasts, isLess)
      centres = v128.bitselect(centre, centres, isLess)
      const high = scoresOf(v128.load(cost + 4 * first, 16), acrossHigh, along)
      const isLesser = v128.and(i32x4.lt_s(high, leasts), isHigh)
      leasts = v128.bitselect(high, leasts, isLesser)
      centres = v128.bitselect(i32x4.add(centre, i32x4.splat(4)), centres, isLesser)
    }
    const isBest = i32x4.eq(leasts, i32x4.splat(leastOf(leasts)))
    const chosen = leastOf(v128.bitselect(centres, i32x4.splat(i32.MAX_VALUE), isBest))
    store<i32>(copiedFrom + 4 * k, load<i32>(match + 4 * chosen) + place - chosen)
  }
}

/** Of four patches: twenty times (d + 50)(1 + 0.05 r²), which stays below 2^29. */
function scoresOf(costs: v128, across: v128, along: v128): v128 {
  const far = i32x4.add(i32x4.mul(across, across), along)
  return i32x4.mul(i32x4.add(costs, i32x4.splat(50)), i32x4.add(far, i32x4.splat(20)))
}

/** See `applyCopies` in copy.ts. */
export function applyCopies(pixels: usize, holePixels: usize, holePixelCount: i32, copiedFrom: usize): void {
  for (let k = 0; k < holePixelCount; k++) {
    const colour = load<u32>(pixels + 4 * load<i32>(copiedFrom + 4 * k))
    store<u32>(pixels + 4 * load<i32>(holePixels + 4 * k), colour)
  }
}
