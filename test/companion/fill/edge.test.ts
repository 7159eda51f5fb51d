import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chooseEdge, chooseExpandEdge } from '../../../companion/fill/edge.ts'
import { decodeImage, decodeMask } from '../../../companion/image/codec.ts'
import { samplePictures } from '../../fixtures/pictures/index.ts'
import { gradientImage, paintImage, plainImage, rectMask } from '../../support/images.ts'

const { signal } = new AbortController()
const flatArt = { growPx: 1, featherPx: 0 }

describe('chooseEdge', () => {
  test.each(samplePictures)('tells interface art from photographs: $name', async ({ name, file, mask }) => {
    const { image } = await decodeImage(readFileSync(file), { orientation: 'exif' })
    const edge = await chooseEdge(image, await decodeMask(readFileSync(mask), image, 'mask', signal), signal)

    if (name.startsWith('ui-')) expect(edge).toEqual(flatArt)
    else expect(edge.growPx + edge.featherPx).toBeGreaterThan(2)
  })

  test.each([
    // Of 1 megapixel: 7 to 9 px in all.
    [1030, 970, { growPx: 4, featherPx: 3 }],
    [1155, 866, { growPx: 5, featherPx: 3 }],
    [1333, 750, { growPx: 6, featherPx: 3 }],
    [1200, 40, { growPx: 5, featherPx: 3 }],
    [40, 2400, { growPx: 10, featherPx: 6 }],
    [4000, 40, { growPx: 17, featherPx: 10 }],
    [64, 48, { growPx: 2, featherPx: 1 }],
  ])('grows with the longer side: %i × %i', async (width, height, edge) => {
    const mask = rectMask(width, height, { x: 18, y: 18, width: 4, height: 4 })

    expect(await chooseEdge(gradientImage(width, height), mask, signal)).toEqual(edge)
  })

  test('does not eat a line beside the mask on a plain ground', async () => {
    const art = paintImage(600, 400, (x) => (x === 230 ? [0, 0, 0, 255] : [255, 255, 255, 255]))

    expect(
      await chooseEdge(art, rectMask(600, 400, { x: 180, y: 150, width: 45, height: 60 }), signal),
    ).toEqual(flatArt)
  })

  test('grows freely where the ground is plain all round', async () => {
    const mask = rectMask(1200, 400, { x: 180, y: 150, width: 45, height: 60 })

    expect(await chooseEdge(plainImage(1200, 400, [250, 250, 250, 255]), mask, signal)).toEqual({
      growPx: 5,
      featherPx: 3,
    })
  })

  test('has an answer where nothing is known', async () => {
    const mask = rectMask(240, 100, { x: 0, y: 0, width: 240, height: 100 })

    expect(await chooseEdge(gradientImage(240, 100), mask, signal)).toEqual({ growPx: 2, featherPx: 1 })
  })

  test('ends midway when it is cancelled, with the reason', async () => {
    const cancelling = new AbortController()
    const mask = rectMask(3000, 2200, { x: 20, y: 20, width: 2900, height: 2100 })
    const choosing = chooseEdge(plainImage(3000, 2200, [9, 9, 9, 255]), mask, cancelling.signal)
    cancelling.abort('enough')

    await expect(choosing).rejects.toBe('enough')
  })
})

describe('chooseExpandEdge', () => {
  const margin = rectMask(1200, 400, { x: 1100, y: 0, width: 100, height: 400 })

  test('eats nothing of a photograph, and fades over its seam', async () => {
    expect(await chooseExpandEdge(gradientImage(1200, 400), margin, 0, signal)).toEqual({
      growPx: 0,
      featherPx: 3,
    })
  })

  test('fades wide enough in a small picture to hide the layer’s own edge', async () => {
    const small = rectMask(240, 100, { x: 220, y: 0, width: 20, height: 100 })

    expect(await chooseExpandEdge(gradientImage(240, 100), small, 0, signal)).toEqual({
      growPx: 0,
      featherPx: 3,
    })
  })

  test('fades over less in interface art', async () => {
    const art = paintImage(1200, 400, (_, y) => (y === 30 ? [0, 0, 0, 255] : [255, 255, 255, 255]))

    expect(await chooseExpandEdge(art, margin, 0, signal)).toEqual({ growPx: 0, featherPx: 2 })
  })

  test('fades as far as an engine wants to render what is known anew, of its shorter side', async () => {
    const both = rectMask(
      1200,
      400,
      { x: 1100, y: 0, width: 100, height: 400 },
      { x: 0, y: 0, width: 88, height: 400 },
    )

    expect(await chooseExpandEdge(gradientImage(1200, 400), both, 10 / 512, signal)).toEqual({
      growPx: 0,
      featherPx: 8,
    })
  })
})
