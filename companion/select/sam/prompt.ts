import type { Image, Size } from '../../image/image.ts'
import { resizeImage } from '../../image/resize.ts'
import type { Tensor, Tensors } from '../../runtime/child.ts'
import type { Point, Prompt } from '../selector.ts'

/** What the encoder looks at, whatever the picture's shape: each side is scaled to this. */
export const sidePx = 1024

/** ImageNet's, as in SAM 2's own `SAM2Transforms`. */
const mean = [0.485, 0.456, 0.406] as const
const deviation = [0.229, 0.224, 0.225] as const

/** Of a scribble, as many points as a person might have clicked. */
const mostPoints = 16

/** A picture → `pixel_values` [1, 3, 1024, 1024]; what cannot be seen is black. */
export function pixelValues(image: Image): Tensor {
  const { data } = resizeImage(image, { width: sidePx, height: sidePx })
  const area = sidePx ** 2
  const planes = new Float32Array(3 * area)
  for (let pixel = 0; pixel < area; pixel += 1) {
    const alpha = data[4 * pixel + 3]! / 255 ** 2
    for (let channel = 0; channel < 3; channel += 1) {
      const value = data[4 * pixel + channel]! * alpha
      planes[channel * area + pixel] = (value - mean[channel]!) / deviation[channel]!
    }
  }
  return { type: 'float32', shape: [1, 3, sidePx, sidePx], data: planes }
}

/**
 * Points [1, 1, P, 2] with labels [1, 1, P] (1: belongs to the thing, 0: does not) and boxes [1, n, 4] (left, top, right,
 * bottom), in pixels of the encoder. There may be none of either.
 */
export function promptInputs({ points, box }: Prompt, { width, height }: Size): Tensors {
  const [scaleX, scaleY] = [sidePx / width, sidePx / height]
  const asked = thinned(points)
  const corners =
    box === null
      ? []
      : [box.x * scaleX, box.y * scaleY, (box.x + box.width) * scaleX, (box.y + box.height) * scaleY]
  return {
    input_points: {
      ...{ type: 'float32', shape: [1, 1, asked.length, 2] },
      data: Float32Array.from(asked.flatMap(({ x, y }) => [x * scaleX, y * scaleY])),
    },
    input_labels: {
      ...{ type: 'int64', shape: [1, 1, asked.length] },
      data: BigInt64Array.from(asked, ({ include }) => (include ? 1n : 0n)),
    },
    input_boxes: {
      ...{ type: 'float32', shape: [1, corners.length / 4, 4] },
      data: Float32Array.from(corners),
    },
  }
}

/** Evenly chosen, its first and last among them. */
function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points
  return Array.from(
    { length: mostPoints },
    (_, i) => points[Math.round((i * (points.length - 1)) / (mostPoints - 1))]!,
  )
}
