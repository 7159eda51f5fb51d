import type { Rect } from '../../protocol.ts'
import type { FlatPicture } from './picture.ts'
import { flood, type Shape } from './shape.ts'

/**
 * What lies inside a box: all but what hangs together, in one colour, with the box's border. null: nothing.
 */
export function contentOf(picture: FlatPicture, box: Rect): Shape | null {
  const { width, height, colours } = picture
  const ground = new Uint8Array(width * height)
  for (const pixel of borderOf(box, width)) {
    if (ground[pixel] === 1) continue
    const belongs = (other: number) => colours[other] === colours[pixel]
    flood(picture, pixel, { belongs, across: 'edges', limits: box }, ground)
  }
  const marks = new Uint8Array(width * height)
  let count = 0
  for (let y = box.y; y < box.y + box.height; y += 1) {
    for (let pixel = y * width + box.x; pixel < y * width + box.x + box.width; pixel += 1) {
      if (ground[pixel] === 1) continue
      marks[pixel] = 1
      count += 1
    }
  }
  return count === 0 ? null : { width, height, marks, bounds: box, count }
}

/** Its outermost pixels. */
function borderOf({ x, y, width, height }: Rect, stride: number): number[] {
  const rows = Array.from({ length: width }, (_, i) => [
    y * stride + x + i,
    (y + height - 1) * stride + x + i,
  ])
  const columns = Array.from({ length: height }, (_, i) => [
    (y + i) * stride + x,
    (y + i) * stride + x + width - 1,
  ])
  return [...rows, ...columns].flat()
}
