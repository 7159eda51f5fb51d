import type { ImagePaint } from '@figma/plugin-typings/plugin-api-standalone'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlacedShape } from '../../plugin/messages.ts'
import { addPicture, decode, FakeFigma, type FakeNode, group, noise } from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

let figma: FakeFigma
let plugin: OpenPlugin
beforeEach(async () => {
  figma = new FakeFigma()
  plugin = await openPlugin({ figma })
})
afterEach(() => plugin.close())

const shapesOn = (photo: FakeNode): Promise<readonly PlacedShape[]> =>
  plugin.request('openShapes', { layerId: photo.id, except: [] })

describe('shapes that are selected beside a picture', () => {
  // A copy of the picture is a shape that shows where each of its pixels belongs.
  test.each<[string, Partial<ImagePaint>, number]>([
    ['that fills its layer', { scaleMode: 'FILL' }, 0],
    ['in a layer that is turned', { scaleMode: 'FILL' }, 30],
    ['that fits its layer', { scaleMode: 'FIT' }, 0],
    ['that is turned in its layer', { scaleMode: 'FILL', rotation: 90 }, 0],
    ['that is turned the other way and fits', { scaleMode: 'FIT', rotation: 270 }, 0],
    [
      'that is cropped',
      {
        scaleMode: 'CROP',
        imageTransform: [
          [0.5, 0, 0.25],
          [0, 0.4, 0.5],
        ],
      },
      -20,
    ],
  ])('lie where they lie on a picture %s', async (_, paint, rotation) => {
    const photo = await addPicture(figma, { widthPx: 31, heightPx: 22, paint })
    const copy = photo.clone()
    for (const layer of [photo, copy]) {
      layer.x = 12
      layer.y = -7
      layer.rotation = rotation
    }
    figma.select(photo.id, copy.id)
    const [shape] = await shapesOn(photo)
    const wrong = await misplacedPixels(shape!, noise(31, 22))
    // At pixels' edges the copy's sample may be the neighbour's.
    expect(wrong.count).toBeGreaterThan(300)
    expect(wrong.share).toBeLessThan(0.02)
  })

  test('are what is selected but the picture and the fills on it', async () => {
    const photo = await addPicture(figma)
    const [first, second] = [figma.createRectangle(), figma.createRectangle()]
    const grouped = group(figma, 'GROUP', [figma.createRectangle()])
    figma.select(photo.id, first.id, grouped.id)
    expect(await shapesOn(photo)).toHaveLength(2)
    figma.select(photo.id)
    expect(await shapesOn(photo)).toEqual([])
    figma.select(second.id)
    expect(await shapesOn(photo)).toHaveLength(1)
  })

  test('have no one place on a picture that is repeated', async () => {
    const photo = await addPicture(figma, { paint: { scaleMode: 'TILE', scalingFactor: 0.5 } })
    figma.select(photo.id, figma.createRectangle().id)
    await expect(shapesOn(photo)).rejects.toMatchObject({ failure: { code: 'not-fillable' } })
  })
})

/** Of the shape's opaque pixels, how many show another colour than the picture has where they are said to lie. */
async function misplacedPixels(
  { png, transform: [[a, c, e], [b, d, f]] }: PlacedShape,
  picture: { readonly width: number; readonly height: number; readonly data: Uint8Array },
): Promise<{ readonly count: number; readonly share: number }> {
  const shape = await decode(png)
  let [count, misplaced] = [0, 0]
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      const at = 4 * (y * shape.width + x)
      if (shape.data[at + 3] !== 255) continue
      count += 1
      const px = Math.floor(a * (x + 0.5) + c * (y + 0.5) + e)
      const py = Math.floor(b * (x + 0.5) + d * (y + 0.5) + f)
      const from = 4 * (py * picture.width + px)
      const isSame = [0, 1, 2].every((channel) => shape.data[at + channel] === picture.data[from + channel])
      if (!isSame) misplaced += 1
    }
  }
  return { count, share: misplaced / count }
}
