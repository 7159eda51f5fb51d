import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { decodeImage } from '../../../../companion/image/codec.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { isFlatArt } from '../../../../companion/select/flat/suits.ts'
import { samplePicture } from '../../../fixtures/pictures/index.ts'

async function imageOf(name: string): Promise<Image> {
  return (await decodeImage(await readFile(samplePicture(name).file), { orientation: 'exif' })).image
}

describe('isFlatArt', () => {
  test.each(['ui-chart-tooltip', 'ui-pattern-sticker'])(
    'knows interface art, wherever it is clicked: %s',
    async (name) => {
      const image = await imageOf(name)
      expect(shareOf(image)).toBeGreaterThan(0.95)
    },
  )

  test.each(['coffee-spoon', 'astronaut-patch', 'house-dogs', 'syn-brick'])(
    'knows a photograph, but for its plain places: %s',
    async (name) => {
      expect(shareOf(await imageOf(name))).toBeLessThan(0.1)
    },
  )

  test('judges a box by all that lies in it', async () => {
    const photo = await imageOf('coffee-spoon')
    const box = { x: 300, y: 150, width: 120, height: 90 }
    expect(isFlatArt(photo, { points: [], box })).toBe(false)
    const drawing = await imageOf('ui-chart-tooltip')
    expect(isFlatArt(drawing, { points: [], box })).toBe(true)
  })

  test('has nothing to judge where nothing is included', async () => {
    const drawing = await imageOf('ui-chart-tooltip')
    expect(isFlatArt(drawing, { points: [{ x: 9, y: 9, include: false }], box: null })).toBe(false)
  })
})

/** Of clicks all over the picture, how many are taken for interface art. */
function shareOf(image: Image): number {
  const places = Array.from({ length: 200 }, (_, i) => ({
    x: Math.floor((((i * 37) % 200) / 200) * image.width),
    y: Math.floor((i / 200) * image.height),
  }))
  const flat = places.filter((place) =>
    isFlatArt(image, { points: [{ ...place, include: true }], box: null }),
  )
  return flat.length / places.length
}
