import { createImage, type Image } from '../../image/image.ts'
import { overlap } from '../../image/rect.ts'
import type { Prompt } from '../selector.ts'

const [width, height] = [320, 240]
/** What covers what comes before it: a page, a card on it, and a button on that. */
const drawn = [
  { rect: { x: 0, y: 0, width, height }, colour: [240, 241, 244, 255] },
  { rect: { x: 40, y: 30, width: 240, height: 180 }, colour: [255, 255, 255, 255] },
  { rect: { x: 80, y: 140, width: 90, height: 36 }, colour: [32, 80, 224, 255] },
] as const

export function practicePicture(): Image {
  const image = createImage(width, height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const seen = drawn.findLast(({ rect }) => overlap(rect, { x, y, width: 1, height: 1 }))!
      image.data.set(seen.colour, (y * width + x) * 4)
    }
  }
  return image
}

/** A click on the button, and a box round it. */
export const practicePrompts: readonly Prompt[] = [
  { points: [{ x: 120, y: 160, include: true }], box: null },
  { points: [], box: { x: 70, y: 130, width: 110, height: 56 } },
]
