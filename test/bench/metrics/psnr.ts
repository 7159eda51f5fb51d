import type { Image, Mask } from '../../../companion/image/image.ts'

/** Stands for "identical", so that means stay numbers. */
const identicalDb = 100

/**
 * Peak signal-to-noise ratio inside the mask, in dB, over R, G and B; more is better, 100 = identical.
 *
 * PSNR = 10 log10(255² / MSE)
 */
export function psnrInside(mask: Mask, filled: Image, truth: Image): number {
  let squares = 0
  let samples = 0
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (mask.data[pixel] === 0) continue
    for (let sample = pixel * 4; sample < pixel * 4 + 3; sample += 1) {
      squares += (filled.data[sample]! - truth.data[sample]!) ** 2
    }
    samples += 3
  }
  return Math.min(identicalDb, 10 * Math.log10((255 ** 2 * samples) / squares))
}
