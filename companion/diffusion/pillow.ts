import type { Size } from '../image/image.ts'
import type { Samples } from '../image/samples.ts'
import type { Rect } from '../protocol.ts'

/*
 * Resizing bit for bit as Pillow does it (src/libImaging/Resample.c), which the pipelines' pictures and masks go through:
 * in whole numbers, along rows first and then along columns, each with coefficients of 22 bits after the point.
 */

export type Filter = keyof typeof filters

/**
 * PIL's `Image.resize(size, filter, box)`, channel by channel.
 *
 * @param box What becomes the whole; default all. It may have no width or no height: then it is the edge that it lies on.
 */
export function resizeAsPillow(samples: Samples, size: Size, filter: Filter, box?: Rect): Samples {
  const from = box ?? { x: 0, y: 0, width: samples.width, height: samples.height }
  const columns = coefficients(samples.width, from.x, from.width, size.width, filter)
  const narrowed = isWhole(samples.width, from.x, from.width, size.width)
    ? samples
    : resizeRows(samples, columns)
  return isWhole(samples.height, from.y, from.height, size.height)
    ? narrowed
    : resizeColumns(narrowed, coefficients(samples.height, from.y, from.height, size.height, filter))
}

/** Along one side: nothing to do. */
function isWhole(size: number, start: number, length: number, wanted: number): boolean {
  return start === 0 && length === size && wanted === size
}

/** What one place is mixed from: samples from `first` on, with weights whose sum is about 2^22. */
interface Taps {
  readonly first: number
  readonly weights: readonly number[]
}

/** `precompute_coeffs` and `normalize_coeffs_8bpc`. */
function coefficients(
  size: number,
  start: number,
  length: number,
  wanted: number,
  filter: Filter,
): readonly Taps[] {
  const { support, weight } = filters[filter]
  const scale = length / wanted
  const spread = Math.max(scale, 1)
  return Array.from({ length: wanted }, (_, place) => {
    const centre = start + (place + 0.5) * scale
    const first = Math.max(Math.trunc(centre - support * spread + 0.5), 0)
    const end = Math.min(Math.trunc(centre + support * spread + 0.5), size)
    const weights = Array.from({ length: end - first }, (_, tap) =>
      weight((first + tap - centre + 0.5) / spread),
    )
    const sum = weights.reduce((total, value) => total + value, 0)
    return { first, weights: weights.map((value) => roundAwayFromZero((value / sum) * 2 ** precisionBits)) }
  })
}

const precisionBits = 22

function roundAwayFromZero(value: number): number {
  return Math.trunc(value < 0 ? value - 0.5 : value + 0.5)
}

const filters = {
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: lanczos },
} as const

/** Keys' cubic convolution with a = −0.5. */
function bicubic(x: number): number {
  const distance = Math.abs(x)
  if (distance < 1) return (1.5 * distance - 2.5) * distance ** 2 + 1
  return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * -0.5 : 0
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function resizeRows({ data, width, height }: Samples, taps: readonly Taps[]): Samples {
  const channels = data.length / (width * height)
  const resized = new Uint8Array(taps.length * height * channels)
  for (let y = 0; y < height; y++) {
    for (const [x, { first, weights }] of taps.entries()) {
      for (let c = 0; c < channels; c++) {
        const at = (tap: number) => data[(y * width + first + tap) * channels + c]!
        resized[(y * taps.length + x) * channels + c] = mix(weights, at)
      }
    }
  }
  return { width: taps.length, height, data: resized }
}

function resizeColumns({ data, width, height }: Samples, taps: readonly Taps[]): Samples {
  const rowLength = data.length / height
  const resized = new Uint8Array(taps.length * rowLength)
  for (const [y, { first, weights }] of taps.entries()) {
    for (let i = 0; i < rowLength; i++) {
      resized[y * rowLength + i] = mix(weights, (tap) => data[(first + tap) * rowLength + i]!)
    }
  }
  return { width, height: taps.length, data: resized }
}

function mix(weights: readonly number[], at: (tap: number) => number): number {
  let sum = 2 ** (precisionBits - 1)
  for (const [tap, weight] of weights.entries()) sum += at(tap) * weight
  return Math.max(0, Math.min(255, Math.floor(sum / 2 ** precisionBits)))
}
