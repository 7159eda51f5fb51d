import { difference } from './differences'
import { throwIfCancelled } from './env'
import { total } from './lanes'

/** See `findClones` in clone.ts for these. */
const mostDifference: u8 = 6
const mostRms = 1.5
/** So many pixels of the ring are compared for four offsets at a time. */
const screened = 4

/**
 * See `findShift` in clone.ts.
 *
 * @param ring the pixels that tell most first
 * @param busyness sums of gradients, [height + 1, width + 1]; 0: the first shift found will do
 * @returns 0: there is none
 */
export function findShift(
  image: usize,
  hole: usize,
  avoid: usize,
  width: i32,
  height: i32,
  ring: usize,
  ringCount: i32,
  part: usize,
  partCount: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
  busyness: usize,
): i32 {
  let best = 0
  let leastBusy: u32 = u32.MAX_VALUE
  let nearest = i32.MAX_VALUE
  for (let dy = -top; dy < height - bottom; dy++) {
    throwIfCancelled()
    for (let dx0 = -left; dx0 < width - right; dx0 += 4) {
      let open = screen(image, ring, ringCount, dy * width + dx0)
      for (; open !== 0; open &= open - 1) {
        const dx = dx0 + ctz<i32>(open)
        if (dx >= width - right) break
        const shift = dy * width + dx
        const distance = dx * dx + dy * dy
        const busy = busyness ? boxSum(busyness, width, left + dx, top + dy, right + dx, bottom + dy) : 0
        if (busy > leastBusy || (busy === leastBusy && distance >= nearest)) continue
        if (!agrees(image, hole, ring, ringCount, shift)) continue
        if (!isCopyable(hole, avoid, part, partCount, shift)) continue
        if (!busyness) return shift
        best = shift
        leastBusy = busy
        nearest = distance
      }
    }
  }
  return best
}

/** One bit for each of the four shifts from `shift` on: set where the first pixels of the ring agree. */
function screen(image: usize, ring: usize, ringCount: i32, shift: i32): i32 {
  let agreeing = i8x16.splat(-1)
  for (let k = 0; k < min(screened, ringCount); k++) {
    const place = load<i32>(ring + 4 * k)
    const d = difference(v128.load(image + 4 * (place + shift)), v128.load32_splat(image + 4 * place))
    agreeing = v128.and(agreeing, i8x16.le_u(d, i8x16.splat(mostDifference as i8)))
    if (k === 0 && !anyPixel(agreeing)) return 0
  }
  return anyPixel(agreeing)
}

function anyPixel(bytes: v128): i32 {
  return i32x4.bitmask(i32x4.eq(bytes, i32x4.splat(-1)))
}

function agrees(image: usize, hole: usize, ring: usize, ringCount: i32, shift: i32): bool {
  let squares: i64 = 0
  for (let k = 0; k < ringCount; k++) {
    const place = load<i32>(ring + 4 * k)
    if (load<u8>(hole + place + shift)) return false
    const d = difference(v128.load32_zero(image + 4 * place), v128.load32_zero(image + 4 * (place + shift)))
    if (v128.any_true(i8x16.gt_u(d, i8x16.splat(mostDifference as i8)))) return false
    const wide = i16x8.extend_low_i8x16_u(d)
    squares += total(i32x4.dot_i16x8_s(wide, wide))
  }
  return (squares as f64) <= mostRms * mostRms * 4 * (ringCount as f64)
}

function isCopyable(hole: usize, avoid: usize, part: usize, partCount: i32, shift: i32): bool {
  for (let k = 0; k < partCount; k++) {
    const from = load<i32>(part + 4 * k) + shift
    if (load<u8>(hole + from) | load<u8>(avoid + from)) return false
  }
  return true
}

/** Sum over the box, all its sides inclusive; modulo 2^32. */
function boxSum(sums: usize, width: i32, left: i32, top: i32, right: i32, bottom: i32): u32 {
  const above = sums + 4 * (top * (width + 1))
  const below = sums + 4 * ((bottom + 1) * (width + 1))
  return (
    load<u32>(below + 4 * (right + 1)) -
    load<u32>(below + 4 * left) -
    load<u32>(above + 4 * (right + 1)) +
    load<u32>(above + 4 * left)
  )
}

/**
 * Sums of the gradients above and left of each corner, modulo 2^32.
 *
 * @param sums [height + 1, width + 1], zeros
 */
export function sumGradients(image: usize, hole: usize, width: i32, height: i32, sums: usize): void {
  for (let y = 0; y < height; y++) {
    let row: u32 = 0
    for (let x = 0; x < width; x++) {
      row += gradientAt(image, hole, width, height, x, y)
      const above = load<u32>(sums + 4 * (y * (width + 1) + x + 1))
      store<u32>(sums + 4 * ((y + 1) * (width + 1) + x + 1), above + row)
    }
  }
}

/** Sum over the channels of |difference to the right| + |difference below|; 0 where one of them is not known. */
function gradientAt(image: usize, hole: usize, width: i32, height: i32, x: i32, y: i32): u32 {
  if (x === width - 1 || y === height - 1) return 0
  const place = y * width + x
  if (load<u8>(hole + place) | load<u8>(hole + place + 1) | load<u8>(hole + place + width)) return 0
  const here = v128.load32_zero(image + 4 * place)
  const across = difference(here, v128.load32_zero(image + 4 * (place + 1)))
  const down = difference(here, v128.load32_zero(image + 4 * (place + width)))
  const sums = i16x8.add(i16x8.extend_low_i8x16_u(across), i16x8.extend_low_i8x16_u(down))
  return total(i32x4.extadd_pairwise_i16x8_u(sums))
}

/** The gradients at `count` places, as `sumGradients` takes them. */
export function listGradients(
  image: usize,
  hole: usize,
  width: i32,
  height: i32,
  places: usize,
  count: i32,
  gradients: usize,
): void {
  for (let k = 0; k < count; k++) {
    const place = load<i32>(places + 4 * k)
    store<u32>(gradients + 4 * k, gradientAt(image, hole, width, height, place % width, place / width))
  }
}
