import type { Image } from '../../companion/image/image.ts'
import type { Rect } from '../../companion/protocol.ts'
import { pngOf } from './encoded.ts'
import { paintImage } from './images.ts'

/** A picture with things that are easy to find: discs of one red on a textured ground without any. */
export interface Scene {
  readonly image: Image
  readonly png: Buffer
  /** Their bounding boxes. */
  readonly discs: readonly Rect[]
}

/** @param count How many discs stand beside one another. */
export async function createScene(count = 1): Promise<Scene> {
  const [width, height, radius] = [240 * count, 180, 26]
  const centres = Array.from({ length: count }, (_, index) => ({ x: 240 * index + 120, y: 90 }))
  const image = paintImage(width, height, (x, y) => {
    const isInDisc = centres.some((centre) => Math.hypot(x - centre.x, y - centre.y) <= radius)
    return isInDisc ? red : ground(x, y, width)
  })
  const discs = centres.map(({ x, y }) => ({
    x: x - radius,
    y: y - radius,
    width: 2 * radius + 1,
    height: 2 * radius + 1,
  }))
  return { image, png: await pngOf(image), discs }
}

/** Where red is seen in `image`: of several things side by side the leftmost; null: nowhere. */
export function findRed({ width, height, data }: Image): Rect | null {
  const columns = Array.from({ length: width }, (_, x) =>
    Array.from({ length: height }, (_, y) => y).filter((y) => isRed(data, (y * width + x) * 4)),
  )
  const left = columns.findIndex((rows) => rows.length > 0)
  if (left < 0) return null
  const after = columns.findIndex((rows, x) => x > left && rows.length === 0)
  const right = after < 0 ? width : after
  const rows = columns.slice(left, right).flat()
  const top = Math.min(...rows)
  return { x: left, y: top, width: right - left, height: Math.max(...rows) - top + 1 }
}

const red = [216, 40, 44, 255] as const

/** Also where it was scaled, or lies in a screenshot. */
function isRed(data: Uint8Array, at: number): boolean {
  return data[at]! > 150 && data[at + 1]! < 80 && data[at + 2]! < 80 && data[at + 3]! > 127
}

/** Bluish green, brighter to the right, with a weave two pixels fine. */
function ground(x: number, y: number, width: number): readonly number[] {
  const weave = (x + 2 * y) % 4 < 2 ? 14 : 0
  return [70 + weave, 130 + Math.round((40 * x) / width) + weave, 150 + weave, 255]
}
