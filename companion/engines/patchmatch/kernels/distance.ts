/**
 * See `distanceToKnown` in distance.ts, for the box of `left`, `top` to `right`, `bottom`, all inclusive.
 *
 * @param distance [height, width], zeros
 * @param envelope room for 3 · (width + 2) numbers of 8 bytes
 */
export function distanceToKnown(
  hole: usize,
  width: i32,
  height: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
  distance: usize,
  envelope: usize,
): void {
  const count = right - left + 1
  const heights = envelope
  const starts = heights + 8 * (width + 2)
  const apexes = starts + 8 * (width + 2)
  measureColumns(hole, width, height, left, top, right, bottom, distance)

  for (let y = top; y <= bottom; y++) {
    const row = distance + 4 * (y * width + left)
    let last = 0
    for (let x = 0; x < count; x++) {
      const g = load<f32>(row + 4 * x) as f64
      store<f64>(heights + 8 * x, g * g)
    }
    store<i32>(apexes, 0)
    store<f64>(starts, -Infinity)
    store<f64>(starts + 8, Infinity)
    for (let q = 1; q < count; q++) {
      let start = meetingPoint(heights, load<i32>(apexes + 4 * last), q)
      while (start <= load<f64>(starts + 8 * last)) {
        last--
        start = meetingPoint(heights, load<i32>(apexes + 4 * last), q)
      }
      last++
      store<i32>(apexes + 4 * last, q)
      store<f64>(starts + 8 * last, start)
      store<f64>(starts + 8 * last + 8, Infinity)
    }
    let k = 0
    for (let x = 0; x < count; x++) {
      while (load<f64>(starts + 8 * k + 8) < (x as f64)) k++
      const q = load<i32>(apexes + 4 * k)
      const across = ((x - q) * (x - q)) as f64
      store<f32>(row + 4 * x, Math.sqrt(across + load<f64>(heights + 8 * q)) as f32)
    }
  }
}

function measureColumns(
  hole: usize,
  width: i32,
  height: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
  distance: usize,
): void {
  const farthest = (width + height) as f32
  for (let y = top; y <= bottom; y++) {
    for (let i = y * width + left; i <= y * width + right; i++) {
      if (!load<u8>(hole + i)) continue
      const above: f32 = y > top ? load<f32>(distance + 4 * (i - width)) + 1 : farthest
      store<f32>(distance + 4 * i, min(farthest, above))
    }
  }
  for (let y = bottom - 1; y >= top; y--) {
    for (let i = y * width + left; i <= y * width + right; i++) {
      const below = load<f32>(distance + 4 * (i + width)) + 1
      store<f32>(distance + 4 * i, min(load<f32>(distance + 4 * i), below))
    }
  }
}

/** Where the parabola with its apex at q takes over from the one at p < q. */
function meetingPoint(heights: usize, p: i32, q: i32): f64 {
  const difference =
    load<f64>(heights + 8 * q) + ((q * q) as f64) - (load<f64>(heights + 8 * p) + ((p * p) as f64))
  return difference / ((2 * (q - p)) as f64)
}
