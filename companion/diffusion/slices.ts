import type { Size } from '../image/image.ts'
import { areaOf } from '../image/rect.ts'
import type { Rect } from '../protocol.ts'
import type { Predict } from './denoise.ts'

/**
 * A UNet for large latents out of one for smaller ones: it is shown slice by slice, and where slices overlap their weighted
 * mean counts, each the less the nearer its border is. Bar-Tal et al., "MultiDiffusion: Fusing Diffusion Paths for Controlled
 * Image Generation" (2023), equation 5, for what the network says: what a step makes of that is linear.
 *
 * @param predict For latents of the slices' size.
 * @param slices Of one size, that cover latents of the size `whole` together: see `sliceLatents`.
 */
export function predictInSlices(predict: Predict, whole: Size, slices: readonly Rect[]): Predict {
  const weights = weightsWithin(slices[0]!)
  /** [h, w]: what all slices weigh together. */
  const total = new Float32Array(areaOf(whole))
  for (const slice of slices) lay(weights, slice, total, whole, 1)

  return async (sample, timestep, embeddings) => {
    let sum: Float32Array | null = null
    for (const slice of slices) {
      const output = await predict(cut(sample, whole, slice), timestep, embeddings)
      const planes = output.length / areaOf(slice)
      sum ??= new Float32Array(planes * areaOf(whole))
      const weighted = output.map((value, i) => value * weights[i % weights.length]!)
      lay(weighted, slice, sum, whole, planes)
    }
    return sum!.map((value, i) => value / total[i % total.length]!)
  }
}

/** Slices of one size, evenly spread over latents, of which neighbours share a quarter or more. */
export function sliceLatents(whole: Size, slice: Size): Rect[] {
  const [lefts, tops] = [starts(whole.width, slice.width), starts(whole.height, slice.height)]
  return tops.flatMap((y) => lefts.map((x) => ({ x, y, width: slice.width, height: slice.height })))
}

const leastOverlap = 1 / 4

function starts(whole: number, slice: number): number[] {
  const steps = Math.ceil((whole - slice) / (slice * (1 - leastOverlap)))
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (whole - slice)) / Math.max(steps, 1)))
}

/** [h, w]: a tent over each axis, above 0 everywhere. */
function weightsWithin({ width, height }: Size): Float32Array {
  const tent = (at: number, length: number) => Math.min(at + 1, length - at)
  return Float32Array.from(
    { length: width * height },
    (_, i) => tent(i % width, width) * tent(Math.floor(i / width), height),
  )
}

/** The part of each plane: [..., H, W] -> [..., h, w]. */
function cut(planes: Float32Array, whole: Size, { x, y, width, height }: Rect): Float32Array {
  const count = planes.length / areaOf(whole)
  const part = new Float32Array(count * width * height)
  for (let row = 0; row < count * height; row++) {
    const [plane, line] = [Math.floor(row / height), row % height]
    const from = plane * areaOf(whole) + (y + line) * whole.width + x
    part.set(planes.subarray(from, from + width), row * width)
  }
  return part
}

/** Adds a part [count, h, w] to its place in [count, H, W]. */
function lay(
  part: Float32Array,
  { x, y, width, height }: Rect,
  planes: Float32Array,
  whole: Size,
  count: number,
) {
  for (let row = 0; row < count * height; row++) {
    const [plane, line] = [Math.floor(row / height), row % height]
    const to = plane * areaOf(whole) + (y + line) * whole.width + x
    for (let column = 0; column < width; column++) planes[to + column]! += part[row * width + column]!
  }
}
