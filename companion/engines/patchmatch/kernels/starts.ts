import { difference, squares } from './differences'
import { total } from './lanes'

/**
 * See `bestSource` in starts.ts.
 *
 * @param filled [height, width], 1 = counts
 * @param wanted room for 7 rows of 64 bytes: the patch around `place`, and after each 32 bytes of it which count
 */
export function bestSource(
  pixels: usize,
  width: i32,
  height: i32,
  patchRadius: i32,
  filled: usize,
  candidates: usize,
  candidateCount: i32,
  place: i32,
  wanted: usize,
): i32 {
  const rows = 2 * patchRadius + 1
  takePatch(pixels, width, height, patchRadius, filled, place, wanted)
  const stride = 4 * width
  const corner = pixels - 4 * (patchRadius * width + patchRadius)
  let best = load<i32>(candidates)
  let least = i32.MAX_VALUE
  for (let k = 0; k < candidateCount; k++) {
    const candidate = load<i32>(candidates + 4 * k)
    let p = corner + 4 * candidate
    let sum = 0
    for (let row = wanted; row < wanted + 64 * rows && sum < least; row += 64, p += stride) {
      const head = v128.and(difference(v128.load(p), v128.load(row)), v128.load(row, 32))
      const tail = v128.and(difference(v128.load(p, 16), v128.load(row, 16)), v128.load(row, 48))
      sum += total(i32x4.add(squares(head), squares(tail)))
    }
    if (sum < least) {
      least = sum
      best = candidate
    }
  }
  return best
}

function takePatch(
  pixels: usize,
  width: i32,
  height: i32,
  radius: i32,
  filled: usize,
  place: i32,
  wanted: usize,
): void {
  memory.fill(wanted, 0, 64 * (2 * radius + 1))
  const centreX = place % width
  const centreY = place / width
  for (let y = max(0, centreY - radius); y <= min(height - 1, centreY + radius); y++) {
    for (let x = max(0, centreX - radius); x <= min(width - 1, centreX + radius); x++) {
      const near = y * width + x
      if (!load<u8>(filled + near)) continue
      const to = wanted + 64 * (y - centreY + radius) + 4 * (x - centreX + radius)
      store<u32>(to, load<u32>(pixels + 4 * near))
      store<u32>(to, u32.MAX_VALUE, 32)
    }
  }
}
