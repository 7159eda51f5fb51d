/**
 * See `describeScene` in scene.ts, but for the texture.
 *
 * @param pixels [height, width, 4], zeros
 * @returns whether all that is known is opaque
 */
export function describeColours(image: usize, hole: usize, count: i32, pixels: usize): bool {
  let isOpaque = true
  for (let i = 0; i < count; i++) {
    if (load<u8>(hole + i)) continue
    const colour = load<u32>(image + 4 * i)
    const alpha = colour >>> 24
    if (alpha === 255) {
      store<u32>(pixels + 4 * i, colour)
      continue
    }
    isOpaque = false
    store<u8>(pixels + 4 * i, timesAlpha(colour & 255, alpha))
    store<u8>(pixels + 4 * i + 1, timesAlpha((colour >> 8) & 255, alpha))
    store<u8>(pixels + 4 * i + 2, timesAlpha((colour >> 16) & 255, alpha))
    store<u8>(pixels + 4 * i + 3, alpha)
  }
  return isOpaque
}

/** c · alpha / 255, rounded. */
function timesAlpha(c: u32, alpha: u32): u32 {
  return (2 * c * alpha + 255) / 510
}
