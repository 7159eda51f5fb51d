/** See `halve` in pyramid.ts. All arrays of the coarse scene are zeros. */
export function halve(
  pixels: usize,
  hole: usize,
  avoid: usize,
  width: i32,
  height: i32,
  coarsePixels: usize,
  coarseHole: usize,
  coarseAvoid: usize,
): void {
  const coarseWidth = (width + 1) >> 1
  const coarseHeight = (height + 1) >> 1
  for (let y = 0; y < coarseHeight; y++) {
    for (let x = 0; x < coarseWidth; x++) {
      const i = y * coarseWidth + x
      const isInside = x > 0 && y > 0 && 2 * x + 2 < width && 2 * y + 2 < height
      const corner = (2 * y - 1) * width + 2 * x - 1
      if (isInside && isPlain(hole + corner, avoid + corner, width)) {
        store<u32>(coarsePixels + 4 * i, meanOf16(pixels + 4 * corner, 4 * width))
      } else {
        gather(pixels, hole, avoid, width, height, x, y, i, coarsePixels, coarseHole, coarseAvoid)
      }
    }
  }
}

/** Neither hole nor avoided in all of 4 x 4. */
function isPlain(hole: usize, avoid: usize, width: i32): bool {
  let any: u32 = 0
  for (let row = 0; row < 4; row++) any |= load<u32>(hole + row * width) | load<u32>(avoid + row * width)
  return any === 0
}

/** The 1-3-3-1 mean of 4 x 4 pixels. Its sums, up to 64 · 255, fit 16 bits. */
function meanOf16(p: usize, stride: i32): u32 {
  const outer = i16x8.add(weighRow(v128.load(p)), weighRow(v128.load(p + 3 * stride)))
  const inner = i16x8.add(weighRow(v128.load(p + stride)), weighRow(v128.load(p + 2 * stride)))
  const sum = i16x8.add(outer, i16x8.mul(inner, i16x8.splat(3)))
  const mean = i16x8.shr_u(i16x8.add(sum, i16x8.splat(32)), 6)
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(mean, mean), 0)
}

/** Of four pixels, in the low half. */
function weighRow(row: v128): v128 {
  const left = i16x8.mul(i16x8.extend_low_i8x16_u(row), i16x8(1, 1, 1, 1, 3, 3, 3, 3))
  const right = i16x8.mul(i16x8.extend_high_i8x16_u(row), i16x8(3, 3, 3, 3, 1, 1, 1, 1))
  const pairs = i16x8.add(left, right)
  return i16x8.add(pairs, i64x2.shuffle(pairs, pairs, 1, 0))
}

function gather(
  pixels: usize,
  hole: usize,
  avoid: usize,
  width: i32,
  height: i32,
  x: i32,
  y: i32,
  i: i32,
  coarsePixels: usize,
  coarseHole: usize,
  coarseAvoid: usize,
): void {
  let weight = 0
  let known = 0
  let r = 0
  let g = 0
  let b = 0
  let t = 0
  for (let dy = 0; dy < 4; dy++) {
    const fineY = 2 * y + dy - 1
    if (fineY < 0 || fineY >= height) continue
    for (let dx = 0; dx < 4; dx++) {
      const fineX = 2 * x + dx - 1
      if (fineX < 0 || fineX >= width) continue
      const j = fineY * width + fineX
      const w = (dx === 0 || dx === 3 ? 1 : 3) * (dy === 0 || dy === 3 ? 1 : 3)
      weight += w
      if (load<u8>(avoid + j)) store<u8>(coarseAvoid + i, 1)
      if (load<u8>(hole + j)) continue
      known += w
      r += w * (load<u8>(pixels + 4 * j) as i32)
      g += w * (load<u8>(pixels + 4 * j + 1) as i32)
      b += w * (load<u8>(pixels + 4 * j + 2) as i32)
      t += w * (load<u8>(pixels + 4 * j + 3) as i32)
    }
  }
  if (8 * (weight - known) > 3 * weight) {
    store<u8>(coarseHole + i, 1)
    return
  }
  store<u8>(coarsePixels + 4 * i, (2 * r + known) / (2 * known))
  store<u8>(coarsePixels + 4 * i + 1, (2 * g + known) / (2 * known))
  store<u8>(coarsePixels + 4 * i + 2, (2 * b + known) / (2 * known))
  store<u8>(coarsePixels + 4 * i + 3, (2 * t + known) / (2 * known))
}
