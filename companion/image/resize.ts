import { createImage, createMask, type Image, type Mask, type Size } from './image.ts'

// sharp's own resizing shifts the picture by a fraction of a pixel when it enlarges (sharp 0.35: half a pixel
// at twice the size), and a fill that comes back shifted does not meet its surroundings.

/** Bilinear, with the filter widened where the image becomes smaller. Transparent pixels lend no colour. */
export function resizeImage(image: Image, size: Size): Image {
  const premultiplied = Float32Array.from(image.data)
  for (let i = 0; i < premultiplied.length; i += 4) {
    for (let channel = 0; channel < 3; channel += 1) premultiplied[i + channel]! *= image.data[i + 3]! / 255
  }
  const resized = resample(premultiplied, image, size)
  const result = createImage(size.width, size.height)
  for (let i = 0; i < resized.length; i += 4) {
    const alpha = resized[i + 3]!
    for (let channel = 0; channel < 3 && alpha > 0; channel += 1) {
      result.data[i + channel] = Math.round(Math.min(255, (resized[i + channel]! * 255) / alpha))
    }
    result.data[i + 3] = Math.round(alpha)
  }
  return result
}

/** As `resizeImage`, for one channel. */
export function resizeMask(mask: Mask, size: Size): Mask {
  const resized = resample(Float32Array.from(mask.data), mask, size)
  return { ...size, data: Uint8Array.from(resized, Math.round) }
}

/** 255 for each pixel of `size` that `resizeImage` would mix from any non-zero pixel of the mask, else 0. */
export function coverMask(mask: Mask, { width, height }: Size): Mask {
  const columns = tapsOf(mask.width, width)
  const rows = tapsOf(mask.height, height)
  const cover = createMask(width, height)
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      if (touches(mask, column, row)) cover.data[y * width + x] = 255
    }
  }
  return cover
}

/** Samples [height, width, channels] to another size. */
function resample(samples: Float32Array, from: Size, to: Size): Float32Array {
  const channels = samples.length / (from.width * from.height)
  const rows = from.height
  const narrowed = new Float32Array(rows * to.width * channels)
  const columns = tapsOf(from.width, to.width)
  for (let y = 0; y < rows; y += 1) {
    for (const [x, { first, weights }] of columns.entries()) {
      const target = (y * to.width + x) * channels
      for (const [tap, weight] of weights.entries()) {
        const source = (y * from.width + first + tap) * channels
        for (let c = 0; c < channels; c += 1) narrowed[target + c]! += samples[source + c]! * weight
      }
    }
  }
  const rowSamples = to.width * channels
  const resized = new Float32Array(to.height * rowSamples)
  for (const [y, { first, weights }] of tapsOf(from.height, to.height).entries()) {
    const target = y * rowSamples
    for (const [tap, weight] of weights.entries()) {
      const source = (first + tap) * rowSamples
      for (let i = 0; i < rowSamples; i += 1) resized[target + i]! += narrowed[source + i]! * weight
    }
  }
  return resized
}

/** What one pixel is mixed from: neighbouring pixels from `first` on. */
interface Taps {
  readonly first: number
  /** Their sum is 1. */
  readonly weights: Float32Array
}

/** Along one side: the triangle filter with its centres in the middle of pixels, for each of `to` pixels. */
function tapsOf(from: number, to: number): Taps[] {
  const scale = from / to
  const support = Math.max(1, scale)
  return Array.from({ length: to }, (_, position) => {
    const centre = (position + 0.5) * scale - 0.5
    const first = Math.max(0, Math.floor(centre - support) + 1)
    const last = Math.min(from - 1, Math.ceil(centre + support) - 1)
    const weights = Float32Array.from(
      { length: last - first + 1 },
      (_, tap) => support - Math.abs(first + tap - centre),
    )
    const sum = weights.reduce((total, weight) => total + weight, 0)
    return { first, weights: weights.map((weight) => weight / sum) }
  })
}

function touches({ data, width }: Mask, columns: Taps, rows: Taps): boolean {
  for (let y = rows.first; y < rows.first + rows.weights.length; y += 1) {
    for (let x = columns.first; x < columns.first + columns.weights.length; x += 1) {
      if (data[y * width + x] !== 0) return true
    }
  }
  return false
}
