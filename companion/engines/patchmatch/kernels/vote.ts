import { step } from './cancel'
import { colourAt, storeColour } from './colour'
import { exponential } from './exponential'

/** γ = 2: a patch counts half as much for each pixel that its centre lies deeper in the hole. */
const logGamma = Mathf.LN2

/**
 * See `vote` in vote.ts.
 *
 * @param weights room for 64 bytes
 * @returns the sum of the changes of all colours, in grey levels
 */
export function vote(
  pixels: usize,
  width: i32,
  height: i32,
  patchRadius: i32,
  holePixels: usize,
  holePixelCount: i32,
  depth: usize,
  match: usize,
  cost: usize,
  alpha: f32,
  weights: usize,
): f64 {
  const r = patchRadius
  let change: i64 = 0
  for (let k = 0; k < holePixelCount; k++) {
    step()
    const place = load<i32>(holePixels + 4 * k)
    const x = place % width
    const y = place / width
    const top = max(r, y - r)
    const bottom = min(height - 1 - r, y + r)
    const left = max(r, x - r)
    const right = min(width - 1 - r, x + r)

    let least = i32.MAX_VALUE
    let sum = 0
    const first = top * width + left
    const shift = load<i32>(match + 4 * first) - first
    let differing = 0
    for (let cy = top; cy <= bottom; cy++) {
      for (let c = cy * width + left; c <= cy * width + right; c++) {
        const d = load<i32>(cost + 4 * c)
        sum += d
        least = min(least, d)
        differing |= (load<i32>(match + 4 * c) - c) ^ shift
      }
    }
    const previous = load<u32>(pixels + 4 * place)

    if (differing === 0) {
      store<u32>(pixels + 4 * place, load<u32>(pixels + 4 * (place + shift)))
    } else {
      const mean = (sum as f32) / (((bottom - top + 1) * (right - left + 1)) as f32)
      const sharpness: f32 = mean > (least as f32) ? 1 / (alpha * (mean - (least as f32))) : 0
      const depthHere = f32x4.splat(load<f32>(depth + 4 * place))
      let weight = f32x4.splat(0)
      let colour = f32x4.splat(0)
      for (let cy = top; cy <= bottom; cy++) {
        const c0 = cy * width + left
        for (let part = 0; part < 32; part += 16) {
          const spared = f32x4.convert_i32x4_s(i32x4.sub(i32x4.splat(least), v128.load(cost + 4 * c0 + part)))
          const deeper = f32x4.sub(v128.load(depth + 4 * c0 + part), depthHere)
          const power = f32x4.sub(
            f32x4.mul(spared, f32x4.splat(sharpness)),
            f32x4.mul(deeper, f32x4.splat(logGamma)),
          )
          v128.store(weights + part, exponential(f32x4.min(power, f32x4.splat(80))))
        }
        const count = right - left + 1
        for (let k = 0; k < count; k++) {
          const w = v128.load32_splat(weights + 4 * k)
          const source = load<i32>(match + 4 * (c0 + k)) + place - c0 - k
          weight = f32x4.add(weight, w)
          colour = f32x4.add(colour, f32x4.mul(w, colourAt(pixels, source)))
        }
      }
      storeColour(pixels, place, f32x4.div(colour, weight))
    }
    change += changeOf(previous, load<u32>(pixels + 4 * place))
  }
  return change as f64
}

function changeOf(before: u32, after: u32): i32 {
  return (
    abs(((before & 255) as i32) - ((after & 255) as i32)) +
    abs((((before >> 8) & 255) as i32) - (((after >> 8) & 255) as i32)) +
    abs((((before >> 16) & 255) as i32) - (((after >> 16) & 255) as i32))
  )
}
