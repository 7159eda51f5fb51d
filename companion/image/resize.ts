import { stepByStep } from './bands.ts'
import { createImage, createMask, type Image, type Mask, type Size } from './image.ts'

// sharp's own resizing shifts the picture by a fraction of a pixel when it enlarges (sharp 0.35: half a pixel
// at twice the size), and a fill that comes back shifted does not meet its surroundings.

/** Bilinear, with the filter widened where the image becomes smaller. Transparent pixels lend no colour. */
export function resizeImage(image: Image, size: Size): Image {
  return allSteps(imageSteps(image, size))
}

/**
 * The same for an image of any size, which may take seconds.
 *
 * @throws the signal's reason when cancelled
 */
export function resizeLargeImage(image: Image, size: Size, signal: AbortSignal): Promise<Image> {
  return stepByStep(imageSteps(image, size), signal)
}

function* imageSteps(image: Image, size: Size): Generator<void, Image> {
  const result = createImage(size.width, size.height)
  const premultiplied = new Float32Array(image.width * 4)
  const readRow = (y: number) => {
    const row = image.data.subarray(y * premultiplied.length, (y + 1) * premultiplied.length)
    for (let i = 0; i < row.length; i += 4) {
      for (let channel = 0; channel < 3; channel += 1) {
        premultiplied[i + channel] = (row[i + channel]! * row[i + 3]!) / 255
      }
      premultiplied[i + 3] = row[i + 3]!
    }
    return premultiplied
  }
  yield* resample(readRow, image, size, (y, row) => {
    const target = y * row.length
    for (let i = 0; i < row.length; i += 4) {
      const alpha = row[i + 3]!
      for (let channel = 0; channel < 3 && alpha > 0; channel += 1) {
        result.data[target + i + channel] = Math.round(Math.min(255, (row[i + channel]! * 255) / alpha))
      }
      result.data[target + i + 3] = Math.round(alpha)
    }
  })
  return result
}

/**
 * As `resizeLargeImage`, for one channel.
 *
 * @throws the signal's reason when cancelled
 */
export async function resizeMask(mask: Mask, size: Size, signal: AbortSignal): Promise<Mask> {
  const result = createMask(size.width, size.height)
  const readRow = (y: number) => Float32Array.from(mask.data.subarray(y * mask.width, (y + 1) * mask.width))
  const steps = resample(readRow, mask, size, (y, row) => {
    result.data.set(row.map(Math.round), y * size.width)
  })
  await stepByStep(steps, signal)
  return result
}

/** 255 for each pixel of `size` that `resizeImage` would mix from any non-zero pixel of the mask, else 0. */
export function coverMask(mask: Mask, size: Size): Mask {
  return allSteps(coverSteps(mask, size))
}

/**
 * The same for a mask of any size.
 *
 * @throws the signal's reason when cancelled
 */
export function coverLargeMask(mask: Mask, size: Size, signal: AbortSignal): Promise<Mask> {
  return stepByStep(coverSteps(mask, size), signal)
}

function* coverSteps(mask: Mask, { width, height }: Size): Generator<void, Mask> {
  const columns = tapsOf(mask.width, width)
  const rows = tapsOf(mask.height, height)
  const cover = createMask(width, height)
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      if (touches(mask, column, row)) cover.data[y * width + x] = 255
    }
    yield
  }
  return cover
}

function allSteps<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/**
 * Samples to another size, row by row: a large picture is never there as floats.
 *
 * @param readRow Gives the samples of a row, [width, channels]; asked once for each, from the top.
 * @param takeRow Is given each row of the result, from the top.
 */
function* resample(
  readRow: (y: number) => Float32Array,
  from: Size,
  to: Size,
  takeRow: (y: number, row: Float32Array) => void,
): Generator<void, void> {
  const columns = tapsOf(from.width, to.width)
  const mixed = (row: Float32Array) => mixRow(row, row.length / from.width, columns)
  /** By row of the source; null: not needed any more. */
  const narrowed: (Float32Array | null)[] = []
  let needed = 0
  for (const [y, { first, weights }] of tapsOf(from.height, to.height).entries()) {
    for (; needed < first; needed += 1) narrowed[needed] = null
    while (narrowed.length < first + weights.length) {
      narrowed.push(mixed(readRow(narrowed.length)))
      yield
    }
    const row = new Float32Array(narrowed[first]!.length)
    for (const [tap, weight] of weights.entries()) {
      const source = narrowed[first + tap]!
      for (let i = 0; i < row.length; i += 1) row[i]! += source[i]! * weight
    }
    takeRow(y, row)
    yield
  }
}

/** One row, [width, channels], to another width. */
function mixRow(samples: Float32Array, channels: number, columns: readonly Taps[]): Float32Array {
  const mixed = new Float32Array(columns.length * channels)
  for (const [x, { first, weights }] of columns.entries()) {
    for (const [tap, weight] of weights.entries()) {
      const source = (first + tap) * channels
      for (let c = 0; c < channels; c += 1) mixed[x * channels + c]! += samples[source + c]! * weight
    }
  }
  return mixed
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
