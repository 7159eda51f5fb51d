import { difference, squares } from './differences'
import { total } from './lanes'

/**
 * Sum of squared differences of two patches over all four bytes, or, once it is known to reach `limit`, any value
 * that does. Both patches must lie inside the picture.
 */
export function patchDistance(pixels: usize, width: i32, radius: i32, a: i32, b: i32, limit: i32): i32 {
  const corner = radius * width + radius
  const p = pixels + 4 * (a - corner)
  const q = pixels + 4 * (b - corner)
  return radius === 3 ? distanceOf7(p, q, 4 * width, limit) : distanceOf(p, q, 4 * width, radius, limit)
}

/** Patches of 7 x 7, which nearly all are. Compares with the limit where it most often pays. */
function distanceOf7(p: usize, q: usize, stride: i32, limit: i32): i32 {
  let sum = i32x4.splat(0)
  for (let row = 0; row < 3; row++) {
    sum = i32x4.add(sum, rowOf7(p, q))
    p += stride
    q += stride
  }
  if (total(sum) >= limit) return limit
  sum = i32x4.add(sum, rowOf7(p, q))
  sum = i32x4.add(sum, rowOf7(p + stride, q + stride))
  if (total(sum) >= limit) return limit
  sum = i32x4.add(sum, rowOf7(p + 2 * stride, q + 2 * stride))
  sum = i32x4.add(sum, rowOf7(p + 3 * stride, q + 3 * stride))
  return total(sum)
}

/** 28 bytes: 16 from the first on, then 16 up to the last, of which 4 are counted already. */
function rowOf7(p: usize, q: usize): v128 {
  const head = difference(v128.load(p), v128.load(q))
  const tail = v128.and(difference(v128.load(p, 12), v128.load(q, 12)), i32x4(0, -1, -1, -1))
  return i32x4.add(squares(head), squares(tail))
}

function distanceOf(p: usize, q: usize, stride: i32, radius: i32, limit: i32): i32 {
  const rowBytes = 4 * (2 * radius + 1)
  let sum = 0
  for (let row = -radius; row <= radius; row++) {
    for (let k = 0; k < rowBytes; k++) {
      const d = (load<u8>(p + k) as i32) - (load<u8>(q + k) as i32)
      sum += d * d
    }
    if (sum >= limit) return sum
    p += stride
    q += stride
  }
  return sum
}
