/** The sum of four i32. */
export function total(lanes: v128): i32 {
  const pairs = i32x4.add(lanes, i32x4.shuffle(lanes, lanes, 2, 3, 0, 1))
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1)
}

/** The least of four i32. */
export function leastOf(lanes: v128): i32 {
  const pairs = i32x4.min_s(lanes, i32x4.shuffle(lanes, lanes, 2, 3, 0, 1))
  return min(i32x4.extract_lane(pairs, 0), i32x4.extract_lane(pairs, 1))
}

/** The largest of four f32. */
export function largestOf(lanes: v128): f32 {
  const pairs = f32x4.max(lanes, i32x4.shuffle(lanes, lanes, 2, 3, 0, 1))
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1))
}
