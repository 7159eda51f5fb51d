import { step } from './cancel'

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
    let least = i32.MAX_VALUE
    let from = 0
    for (let cy = max(r, y - r); cy <= min(height - 1 - r, y + r); cy++) {
      for (let cx = max(r, x - r); cx <= min(width - 1 - r, x + r); cx++) {
        const centre = cy * width + cx
        const far = (cx - x) * (cx - x) + (cy - y) * (cy - y)
        // Twenty times (d + 50)(1 + 0.05 r²), which stays below 2^29.
        const score = (load<i32>(cost + 4 * centre) + 50) * (20 + far)
        if (score < least) {
          least = score
          from = load<i32>(match + 4 * centre) + place - centre
        }
      }
    }
    store<i32>(copiedFrom + 4 * k, from)
  }
}

/** See `applyCopies` in copy.ts. */
export function applyCopies(pixels: usize, holePixels: usize, holePixelCount: i32, copiedFrom: usize): void {
  for (let k = 0; k < holePixelCount; k++) {
    const colour = load<u32>(pixels + 4 * load<i32>(copiedFrom + 4 * k))
    store<u32>(pixels + 4 * load<i32>(holePixels + 4 * k), colour)
  }
}
