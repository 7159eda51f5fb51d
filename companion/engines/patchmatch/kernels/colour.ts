/** The four bytes of a pixel as four floats. */
export function colourAt(pixels: usize, place: i32): v128 {
  const bytes = v128.load32_zero(pixels + 4 * place)
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)))
}

/** Rounded to whole numbers, halves up, and held to 0..255. */
export function storeColour(pixels: usize, place: i32, colour: v128): void {
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(colour, f32x4.splat(0.5))))
  const narrow = i16x8.narrow_i32x4_s(whole, whole)
  v128.store32_lane(pixels + 4 * place, i8x16.narrow_i16x8_u(narrow, narrow), 0)
}

/** 0..1020 */
export function brightnessAt(pixels: usize, place: i32): i32 {
  const colour = load<u32>(pixels + 4 * place)
  return (colour & 255) + 2 * ((colour >> 8) & 255) + ((colour >> 16) & 255)
}
