import { createImage, type Image } from '../../image/image.ts'
import type { Prompt } from '../selector.ts'

const [width, height] = [320, 240]
const middle = { x: width / 2, y: height / 2 }
const radiusPx = 40

/** A grainy disc on grainy ground. */
export function practicePicture(): Image {
  const image = createImage(width, height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const grain = (x * x * 7 + x * y * 13 + y * y * 5) % 61
      const isDisc = Math.hypot(x - middle.x, y - middle.y) < radiusPx
      const colour = isDisc ? [200 - grain, 90 + grain, 60, 255] : [60 + grain, 120 + grain, 140 - grain, 255]
      image.data.set(colour, (y * width + x) * 4)
    }
  }
  return image
}

/** A click and a box, which go through all of the code. */
export const practicePrompts: readonly Prompt[] = [
  { points: [{ ...middle, include: true }], box: null },
  { points: [], box: { x: 80, y: 60, width: 160, height: 120 } },
]
