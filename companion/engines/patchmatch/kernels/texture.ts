import { brightnessAt } from './colour'

/**
 * See `measureTexture` in texture.ts: into the fourth byte of each pixel.
 *
 * @param gradient [height, width] of 2 bytes, zeros
 * @param columns 2 · width numbers of 4 bytes, zeros
 */
export function measureTexture(
  pixels: usize,
  hole: usize,
  width: i32,
  height: i32,
  radiusPx: i32,
  gradient: usize,
  columns: usize,
): void {
  measureGradient(pixels, hole, width, height, gradient)
  const known = columns + 4 * width
  for (let y = 0; y < min(radiusPx, height); y++) addRow(gradient, hole, width, y, 1, columns, known)
  for (let y = 0; y < height; y++) {
    if (y + radiusPx < height) addRow(gradient, hole, width, y + radiusPx, 1, columns, known)
    if (y > radiusPx) addRow(gradient, hole, width, y - radiusPx - 1, -1, columns, known)
    let sum = 0
    let count = 0
    for (let x = 0; x < min(radiusPx, width); x++) {
      sum += load<i32>(columns + 4 * x)
      count += load<i32>(known + 4 * x)
    }
    for (let x = 0; x < width; x++) {
      if (x + radiusPx < width) {
        sum += load<i32>(columns + 4 * (x + radiusPx))
        count += load<i32>(known + 4 * (x + radiusPx))
      }
      if (x > radiusPx) {
        sum -= load<i32>(columns + 4 * (x - radiusPx - 1))
        count -= load<i32>(known + 4 * (x - radiusPx - 1))
      }
      // Five times the mean, rounded; the sums are in eighths of a grey level.
      const texture = count > 0 ? (5 * sum + 4 * count) / (8 * count) : 0
      store<u8>(pixels + 4 * (y * width + x) + 3, min(texture, 255))
    }
  }
}

function addRow(
  gradient: usize,
  hole: usize,
  width: i32,
  y: i32,
  times: i32,
  columns: usize,
  known: usize,
): void {
  const start = y * width
  for (let x = 0; x < width; x++) {
    const sum = load<i32>(columns + 4 * x) + times * (load<u16>(gradient + 2 * (start + x)) as i32)
    store<i32>(columns + 4 * x, sum)
    const count = load<i32>(known + 4 * x) + times * (1 - (load<u8>(hole + start + x) as i32))
    store<i32>(known + 4 * x, count)
  }
}

function measureGradient(pixels: usize, hole: usize, width: i32, height: i32, gradient: usize): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      if (load<u8>(hole + i)) continue
      const here = brightnessAt(pixels, i)
      let sum = 0
      if (x + 1 < width && !load<u8>(hole + i + 1)) sum += abs(brightnessAt(pixels, i + 1) - here)
      if (y + 1 < height && !load<u8>(hole + i + width)) sum += abs(brightnessAt(pixels, i + width) - here)
      store<u16>(gradient + 2 * i, sum)
    }
  }
}
