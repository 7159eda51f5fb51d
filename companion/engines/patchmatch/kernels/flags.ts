/**
 * 1 in `grown` wherever `flags` has a 1 within the square of that radius.
 *
 * @param flags [height, width], 0 or 1
 * @param across [height, width], room for what is between
 */
export function growByBox(
  flags: usize,
  width: i32,
  height: i32,
  radius: i32,
  across: usize,
  grown: usize,
): void {
  for (let y = 0; y < height; y++) growRow(flags + y * width, across + y * width, width, radius)
  for (let y = 0; y < height; y++) {
    const top = max(0, y - radius)
    const bottom = min(height - 1, y + radius)
    let x = 0
    for (; x + 16 <= width; x += 16) {
      let any = i8x16.splat(0)
      for (let row = top; row <= bottom; row++) any = v128.or(any, v128.load(across + row * width + x))
      v128.store(grown + y * width + x, any)
    }
    for (; x < width; x++) {
      let any: u8 = 0
      for (let row = top; row <= bottom; row++) any |= load<u8>(across + row * width + x)
      store<u8>(grown + y * width + x, any)
    }
  }
}

function growRow(from: usize, to: usize, width: i32, radius: i32): void {
  let x = 0
  while (x < width) {
    if (x >= radius && x + radius + 16 <= width) {
      let any = i8x16.splat(0)
      for (let dx = -radius; dx <= radius; dx++) any = v128.or(any, v128.load(from + x + dx))
      v128.store(to + x, any)
      x += 16
    } else {
      let any: u8 = 0
      for (let near = max(0, x - radius); near <= min(width - 1, x + radius); near++)
        any |= load<u8>(from + near)
      store<u8>(to + x, any)
      x++
    }
  }
}

/** 1 where `a` or `b` is. */
export function eitherOf(a: usize, b: usize, count: i32, either: usize): void {
  for (let i = 0; i < count; i += 16) v128.store(either + i, v128.or(v128.load(a + i), v128.load(b + i)))
}

/** In place: 0 becomes 1 and 1 becomes 0. */
export function invert(flags: usize, count: i32): void {
  for (let i = 0; i < count; i += 16) v128.store(flags + i, v128.xor(v128.load(flags + i), i8x16.splat(1)))
}

/** Sets what is nearer than `radius` to the picture's border to 0. */
export function clearBorder(flags: usize, width: i32, height: i32, radius: i32): void {
  for (let y = 0; y < height; y++) {
    const row = flags + y * width
    if (y < radius || y >= height - radius || width <= 2 * radius) memory.fill(row, 0, width)
    else {
      memory.fill(row, 0, radius)
      memory.fill(row + width - radius, 0, radius)
    }
  }
}

export function countFlags(flags: usize, count: i32): i32 {
  let found = 0
  for (let i = 0; i < count; i += 16) found += popcnt<i32>(flagsFrom(flags, i, count))
  return found
}

/** Writes the place of every 1, in order. */
export function listFlags(flags: usize, count: i32, places: usize): void {
  for (let i = 0; i < count; i += 16) {
    for (let set = flagsFrom(flags, i, count); set !== 0; set &= set - 1) {
      store<i32>(places, i + ctz<i32>(set))
      places += 4
    }
  }
}

/** The 16 flags from `i` on as bits, none past the end. */
function flagsFrom(flags: usize, i: i32, count: i32): i32 {
  const set = i8x16.bitmask(i8x16.ne(v128.load(flags + i), i8x16.splat(0)))
  return count - i < 16 ? set & ((1 << (count - i)) - 1) : set
}

/** 1 in `flags` where `mask` is at least `threshold`. */
export function flagAtLeast(mask: usize, count: i32, threshold: u8, flags: usize): void {
  for (let i = 0; i < count; i += 16) {
    const is = i8x16.ge_u(v128.load(mask + i), i8x16.splat(threshold as i8))
    v128.store(flags + i, v128.and(is, i8x16.splat(1)))
  }
}
