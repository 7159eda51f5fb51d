import type { Mask } from '../../companion/image/image.ts'

/** The squared distance to the nearest masked pixel, by looking at every one; Infinity where there is none. */
export function nearestSquared({ width, height, data }: Mask, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY
  for (let my = 0; my < height; my += 1) {
    for (let mx = 0; mx < width; mx += 1) {
      if (data[my * width + mx] !== 0) nearest = Math.min(nearest, (mx - x) ** 2 + (my - y) ** 2)
    }
  }
  return nearest
}
