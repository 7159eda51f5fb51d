import type { Image, Mask } from '../image/image.ts'
import type { Rect } from '../protocol.ts'

/** How much a pixel differs from its neighbours by chance, as a standard deviation in grey levels. */
export interface Grain {
  readonly deviations: readonly [number, number, number]
}

/**
 * The grain of the known pixels in an area: that of a sensor, of film, or of a JPEG file's quantisation. Of a picture
 * without any it is 0.
 *
 * The lower quartile of |p − mean of its four neighbours| tells it from texture, unless that is everywhere. White noise of
 * deviation σ gives 0.3186 · √(1 + 1/4) · σ.
 *
 * @param mask Exactly 0 or 255; 0 = known.
 */
export function measureGrain(picture: Image, mask: Mask, area: Rect): Grain {
  // Four times the difference, 0..1020, so that it is a whole number.
  const histograms = [0, 1, 2].map(() => new Uint32Array(1021))
  const stride = Math.ceil(Math.sqrt((area.width * area.height) / mostSamples))
  for (let y = area.y + 1; y < area.y + area.height - 1; y += stride) {
    for (let x = area.x + 1; x < area.x + area.width - 1; x += stride) {
      const pixel = y * picture.width + x
      const isKnown = [0, -1, 1, -picture.width, picture.width].every((step) => mask.data[pixel + step] === 0)
      if (!isKnown) continue
      for (const [channel, histogram] of histograms.entries()) {
        const at = (step: number) => picture.data[(pixel + step) * 4 + channel]!
        const around = at(-1) + at(1) + at(-picture.width) + at(picture.width)
        histogram[Math.abs(4 * at(0) - around)]! += 1
      }
    }
  }
  const deviations = histograms.map((histogram) =>
    Math.min(coarsest, quartileOf(histogram) / 4 / (0.3186 * Math.sqrt(1.25))),
  )
  return { deviations: deviations as [number, number, number] }
}

/** Adds grain as far as the mask marks an area, `picture` being changed. A place always gets the same. */
export function addGrain(picture: Image, mask: Mask, area: Rect, { deviations }: Grain): void {
  if (deviations.every((deviation) => deviation === 0)) return
  for (let y = area.y; y < area.y + area.height; y += 1) {
    for (let x = area.x; x < area.x + area.width; x += 1) {
      const pixel = y * picture.width + x
      if (mask.data[pixel] === 0) continue
      const chance = (normalAt(x, y) * mask.data[pixel]!) / 255
      for (const [channel, deviation] of deviations.entries()) {
        const value = picture.data[pixel * 4 + channel]! + deviation * chance
        picture.data[pixel * 4 + channel] = Math.round(Math.min(255, Math.max(0, value)))
      }
    }
  }
}

const mostSamples = 200_000
/** Grey levels. More is texture, which noise does not stand in for. */
const coarsest = 5

/** Interpolated, as if values of one kind lay spread over the unit around it. */
function quartileOf(histogram: Uint32Array): number {
  const quarter = histogram.reduce((sum, count) => sum + count, 0) / 4
  let below = 0
  for (const [value, count] of histogram.entries()) {
    if (below + count > quarter) return Math.max(0, value - 0.5 + (quarter - below) / count)
    below += count
  }
  return 0
}

/** A number as from a normal distribution of mean 0 and deviation 1: the sum of four bytes of a hash of the place. */
function normalAt(x: number, y: number): number {
  let bits = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77)
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d)
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39)
  bits ^= bits >>> 15
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24)
  return (sum - 510) / byteSumDeviation
}

/** Of four bytes: √(4 · (256² − 1) / 12) */
const byteSumDeviation = Math.sqrt((256 ** 2 - 1) / 3)
