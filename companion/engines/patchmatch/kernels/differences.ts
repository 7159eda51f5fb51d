/** |a − b| of 16 bytes each. */
export function difference(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a))
}

/** The squares of 16 bytes, in four sums. */
export function squares(d: v128): v128 {
  const low = i16x8.extend_low_i8x16_u(d)
  const high = i16x8.extend_high_i8x16_u(d)
  return i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high))
}
