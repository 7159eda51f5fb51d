import { describe, expect, test } from 'vitest'
import { trainedSides } from '../../../../companion/engines/powerpaint/presets.ts'
import type { Mode } from '../../../../companion/engines/powerpaint/prompts.ts'
import { taskSize } from '../../../../companion/engines/powerpaint/working-size.ts'
import type { Size } from '../../../../companion/image/image.ts'
import { createImage, createMask } from '../../../../companion/image/image.ts'
import { diffusionPath, readJson } from '../../../support/diffusion.ts'
import { rectMask } from '../../../support/images.ts'

interface DemoRun {
  readonly picture: Size
  readonly task: Mode
  readonly verticalRatio: number | null
  readonly horizontalRatio: number | null
  /** What the authors' demo works at. */
  readonly processing: Size
}

const demoRuns = readJson(diffusionPath('powerpaint', 'canvas.json')) as readonly DemoRun[]

describe('taskSize', () => {
  test.each(demoRuns)('is what the authors’ demo works at, to the nearest 64: $task of $picture', (run) => {
    const { picture, task, verticalRatio, horizontalRatio, processing } = run
    const canvas = {
      width: Math.trunc(picture.width * (horizontalRatio ?? 1)),
      height: Math.trunc(picture.height * (verticalRatio ?? 1)),
    }
    const size = taskSize(onCanvas(picture, canvas), trainedSides[task], task)

    expect(size.width % 64).toBe(0)
    expect(size.height % 64).toBe(0)
    expect(Math.abs(size.width - processing.width)).toBeLessThanOrEqual(32)
    expect(Math.abs(size.height - processing.height)).toBeLessThanOrEqual(32)
  })

  test.each([
    ['a long picture', { width: 3000, height: 500 }, 'object-removal', 2 * 640 * 640],
    ['a picture with little known of it', { width: 1000, height: 900 }, 'image-outpainting', 3 * 512 * 512],
  ] as const)('keeps %s within bounds', (_, canvas, mode, most) => {
    const { width, height } = taskSize(onCanvas({ width: 50, height: 40 }, canvas), trainedSides[mode], mode)
    expect(width * height).toBeLessThan(1.1 * most)
    expect(width * height).toBeGreaterThan(0.9 * most)
  })

  test('of a picture of which nothing is known is that of the whole', () => {
    const image = createImage(300, 200)
    const mask = rectMask(300, 200, { x: 0, y: 0, width: 300, height: 200 })
    expect(taskSize({ image, mask }, 512, 'image-outpainting')).toEqual({ width: 768, height: 512 })
  })
})

/** A picture in the middle of a canvas, of which the rest is to be filled. */
function onCanvas(picture: Size, { width, height }: Size) {
  const mask = createMask(width, height)
  mask.data.fill(255)
  const [left, top] = [Math.floor((width - picture.width) / 2), Math.floor((height - picture.height) / 2)]
  for (let y = top; y < top + picture.height; y++) {
    mask.data.fill(0, y * width + left, y * width + left + picture.width)
  }
  return { image: createImage(width, height), mask }
}
