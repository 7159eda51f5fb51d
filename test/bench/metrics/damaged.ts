import type { Image } from '../../../companion/image/image.ts'
import { paintImage, rectMask } from '../../support/images.ts'

/**
 * A made-up picture and a wrong fill of its hole. The figures that the tests expect were computed by scikit-image 0.26,
 * NumPy and SciPy from the same formulas.
 */
export const hole = rectMask(40, 28, { x: 9, y: 8, width: 16, height: 10 })

export const truth: Image = paintImage(40, 28, colourAt)

export const damaged: Image = paintImage(40, 28, (x, y) => {
  const colour = colourAt(x, y)
  if (hole.data[y * hole.width + x] === 0) return colour
  const [red, green, blue] = colour.map((value) => Math.min(255, (value >> 1) + 40 + ((5 * x + 3 * y) % 41)))
  return [red!, green!, blue!, 255]
})

function colourAt(x: number, y: number): readonly number[] {
  const channel = (c: number) => (7 * x + 13 * y + 29 * c + x * y) % 256
  return [channel(0), channel(1), channel(2), 255]
}
