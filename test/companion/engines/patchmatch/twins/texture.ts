import type { Size } from '../../../../../companion/image/image.ts'

const gain = 5

/** The twin of `measureTexture`: gives the bytes that it writes. */
export function measureTexture(
  pixels: Uint8Array,
  hole: Uint8Array,
  { width, height }: Size,
  radiusPx: number,
): Uint8Array {
  const gradient = new Float32Array(width * height)
  const known = new Float32Array(width * height)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (hole[i]) continue
      const right = x + 1 < width && !hole[i + 1] ? i + 1 : i
      const below = y + 1 < height && !hole[i + width] ? i + width : i
      const here = brightness(pixels, i)
      gradient[i] =
        (Math.abs(brightness(pixels, right) - here) + Math.abs(brightness(pixels, below) - here)) / 2
      known[i] = 1
    }
  }
  sumOverBoxes(gradient, width, height, radiusPx)
  sumOverBoxes(known, width, height, radiusPx)
  const texture = new Uint8Array(width * height)
  for (let i = 0; i < texture.length; i++) {
    if (known[i]! > 0) texture[i] = Math.min(255, Math.round((gain * gradient[i]!) / known[i]!))
  }
  return texture
}

function brightness(pixels: Uint8Array, i: number): number {
  return (pixels[4 * i]! + 2 * pixels[4 * i + 1]! + pixels[4 * i + 2]!) / 4
}

/** Replaces every value by the sum over the box around it, cut at the picture's border. */
function sumOverBoxes(values: Float32Array, width: number, height: number, radiusPx: number): void {
  const line = new Float64Array(Math.max(width, height) + 1)
  for (let y = 0; y < height; y++) sumAlong(values, y * width, 1, width, radiusPx, line)
  for (let x = 0; x < width; x++) sumAlong(values, x, width, height, radiusPx, line)
}

function sumAlong(
  values: Float32Array,
  start: number,
  step: number,
  count: number,
  radiusPx: number,
  line: Float64Array,
): void {
  for (let k = 0, i = start; k < count; k++, i += step) line[k + 1] = line[k]! + values[i]!
  for (let k = 0, i = start; k < count; k++, i += step) {
    values[i] = line[Math.min(count, k + radiusPx + 1)]! - line[Math.max(0, k - radiusPx)]!
  }
}
