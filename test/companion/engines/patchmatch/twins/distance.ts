import type { Size } from '../../../../../companion/image/image.ts'

/** The twin of `distanceToKnown`. */
export function distanceToKnown(hole: Uint8Array, { width, height }: Size): Float32Array {
  const distance = distanceAlongColumns(hole, width, height)
  const heights = new Float64Array(width)
  const apexes = new Int32Array(width)
  const starts = new Float64Array(width + 1)
  for (let y = 0; y < height; y++) {
    const row = distance.subarray(y * width, (y + 1) * width)
    if (!row.some((g) => g > 0)) continue
    for (let x = 0; x < width; x++) heights[x] = row[x]! * row[x]!

    let last = 0
    apexes[0] = 0
    starts[0] = Number.NEGATIVE_INFINITY
    starts[1] = Number.POSITIVE_INFINITY
    for (let q = 1; q < width; q++) {
      let start = meetingPoint(heights, apexes[last]!, q)
      while (start <= starts[last]!) start = meetingPoint(heights, apexes[--last]!, q)
      apexes[++last] = q
      starts[last] = start
      starts[last + 1] = Number.POSITIVE_INFINITY
    }
    for (let x = 0, k = 0; x < width; x++) {
      while (starts[k + 1]! < x) k++
      const q = apexes[k]!
      row[x] = Math.sqrt((x - q) * (x - q) + heights[q]!)
    }
  }
  return distance
}

function distanceAlongColumns(hole: Uint8Array, width: number, height: number): Float32Array {
  const farthest = width + height
  const distance = new Float32Array(width * height)
  for (let i = 0; i < distance.length; i++) {
    if (hole[i]) distance[i] = i < width ? farthest : Math.min(farthest, distance[i - width]! + 1)
  }
  for (let i = distance.length - width - 1; i >= 0; i--) {
    distance[i] = Math.min(distance[i]!, distance[i + width]! + 1)
  }
  return distance
}

/** Where the parabola with its apex at q takes over from the one at p < q. */
function meetingPoint(heights: Float64Array, p: number, q: number): number {
  return (heights[q]! + q * q - (heights[p]! + p * p)) / (2 * (q - p))
}
