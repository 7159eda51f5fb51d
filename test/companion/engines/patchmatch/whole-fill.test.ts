import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../../../companion/engines/engine.ts'
import { createPatchmatch } from '../../../../companion/engines/patchmatch/index.ts'
import { createRandom } from '../../../../companion/engines/patchmatch/random.ts'
import { fill, type Patch } from '../../../../companion/fill/fill.ts'
import { openPicture } from '../../../../companion/fill/picture.ts'
import { decodeImage, decodeMask } from '../../../../companion/image/codec.ts'
import { cropImage } from '../../../../companion/image/crop.ts'
import type { Image, Mask, Size } from '../../../../companion/image/image.ts'
import type { Options, Rect } from '../../../../companion/protocol.ts'
import { edgeRatio } from '../../../bench/metrics/edges.ts'
import { psnrInside } from '../../../bench/metrics/psnr.ts'
import { samplePicture } from '../../../fixtures/pictures/index.ts'
import {
  expectPatchPromise,
  expectSameImage,
  expectSamePixelsWhere,
  pixelAt,
} from '../../../support/assert-image.ts'
import { pngOf, sharpOf } from '../../../support/encoded.ts'
import { fillJob, quietRun } from '../../../support/fill-job.ts'
import { gradientImage, paintImage, paintMask, rectMask } from '../../../support/images.ts'
import { markWhere, within } from './pictures.ts'

// The whole fill of the embedded engine, from the picture's file to the finished picture, with the mask grown as for a person.

let engine: Engine
beforeAll(() => {
  engine = createPatchmatch(1)
  engine.getReady?.()
})
afterAll(() => engine.close?.())

interface Removal {
  readonly finished: Image
  /** Of the picture's size. */
  readonly patch: Image
  readonly used: Patch['used']
}

async function remove(file: Uint8Array, mask: Mask, options: Options = {}): Promise<Removal> {
  const picture = await openPicture(file, 'none')
  const job = fillJob({ picture, engine, mask: await pngOf(mask), options })
  const patches: Patch[] = []
  await fill(job, quietRun, (patch) => void patches.push(patch), ['finished', 'image'])
  const [finished, patch] = await Promise.all(
    patches.map(async ({ png }) => (await decodeImage(png, { orientation: 'none' })).image),
  )
  const { used } = patches[1]!
  expectPatchPromise({ patch: patch!, rect: patches[1]!.rect, mask, ...used })
  expectSamePixelsWhere(finished!, picture.image, (x, y) => pixelAt(patch!, x, y)[3] === 0)
  return { finished: finished!, patch: patch!, used }
}

async function expand(open: Image): Promise<Image> {
  const picture = await openPicture(await pngOf(open), 'none')
  const job = fillJob({ picture, engine, task: 'expand' })
  const patches: Patch[] = []
  await fill(job, quietRun, (patch) => void patches.push(patch), ['finished'])
  return (await decodeImage(patches[0]!.png, { orientation: 'none' })).image
}

async function sample(name: string, rect?: Rect): Promise<Image> {
  const { image } = await decodeImage(readFileSync(samplePicture(name).file), { orientation: 'exif' })
  return rect === undefined ? image : cropImage(image, rect)
}

const loud = [255, 0, 255, 255] as const

/** The picture with something loud lying on it: the mask, and so far around it. */
function withThing(truth: Image, isThing: (x: number, y: number) => boolean): Image {
  return paintImage(truth.width, truth.height, (x, y) => (isThing(x, y) ? loud : pixelAt(truth, x, y)))
}

/** How many pixels are nearer to the thing's colour than anything in the pictures here. */
function countLoud({ data }: Image): number {
  let count = 0
  for (let at = 0; at < data.length; at += 4) {
    if (Math.min(data[at]!, data[at + 2]!) - data[at + 1]! > 60) count += 1
  }
  return count
}

describe('a thing at the border of the picture', () => {
  test.each([
    ['on the left', { x: 0, y: 150, width: 60, height: 80 }],
    ['at the bottom, right across', { x: 0, y: 340, width: 460, height: 40 }],
    ['over the upper right corner', { x: 380, y: 0, width: 80, height: 70 }],
  ])('goes %s, though its rim reaches 2 px beyond the mask', async (_, hole) => {
    const truth = await sample('syn-brick', { x: 20, y: 60, width: 460, height: 380 })
    const mask = rectMask(truth.width, truth.height, hole)
    const isThing = (x: number, y: number) => distanceTo(hole, x, y) <= 2

    const { finished, used } = await remove(await pngOf(withThing(truth, isThing)), mask)

    expect(used).toMatchObject({ growPx: 2, featherPx: 1 })
    expect(countLoud(finished)).toBe(0)
    expect(psnrInside(mask, finished, truth)).toBeGreaterThan(15)
    expect(edgeRatio(mask, finished, truth)).toBeGreaterThan(0.75)
    expect(edgeRatio(mask, finished, truth)).toBeLessThan(1.2)
  })
})

test('a hole larger than half the picture becomes more of what is around it', async () => {
  const truth = await sample('syn-grass', { x: 0, y: 40, width: 480, height: 400 })
  const hole = { x: 40, y: 50, width: 400, height: 300 }
  const mask = rectMask(truth.width, truth.height, hole)
  expect((hole.width * hole.height) / (480 * 400)).toBeGreaterThan(0.6)

  const { finished } = await remove(await pngOf(withThing(truth, within(40, 50, 400, 300))), mask)

  expect(countLoud(finished)).toBe(0)
  expect(edgeRatio(mask, finished, truth)).toBeGreaterThan(0.8)
  expect(edgeRatio(mask, finished, truth)).toBeLessThan(1.2)
  const [mean, wanted] = [meanColour(mask, finished), meanColour(mask, truth)]
  for (const [channel, value] of mean.entries()) expect(Math.abs(value - wanted[channel]!)).toBeLessThan(12)
})

test('500 specks of dust are gone, in one go', async () => {
  const [width, height] = [700, 520]
  const truth = await sample('hill-tree', { x: 100, y: 100, width, height })
  const random = createRandom(3)
  const mask = paintMask(width, height, () => false)
  for (let speck = 0; speck < 500; speck += 1) {
    const [x, y, radius] = [random(width), random(height), 1 + random(3)]
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) {
        const isInside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height
        if (isInside && dx * dx + dy * dy <= radius * radius) mask.data[(y + dy) * width + x + dx] = 255
      }
    }
  }

  const { finished, used } = await remove(
    await pngOf(withThing(truth, (x, y) => mask.data[y * width + x] === 255)),
    mask,
  )

  expect(used.tiles).toBe(1)
  expect(countLoud(finished)).toBe(0)
  expect(psnrInside(mask, finished, truth)).toBeGreaterThan(24.5)
})

describe('tiny and very wide pictures', () => {
  test.each<[Size, Rect]>([
    [
      { width: 2, height: 1 },
      { x: 1, y: 0, width: 1, height: 1 },
    ],
    [
      { width: 1, height: 9 },
      { x: 0, y: 3, width: 1, height: 2 },
    ],
    [
      { width: 7, height: 5 },
      { x: 2, y: 2, width: 2, height: 1 },
    ],
    [
      { width: 19, height: 12 },
      { x: 0, y: 0, width: 8, height: 12 },
    ],
  ])('of %o, at %o: filled with what is known', async ({ width, height }, hole) => {
    const picture = paintImage(width, height, (x, y) => [100 + (x % 3), 150 + (y % 2), 60, 255])
    const isThing = within(hole.x, hole.y, hole.width, hole.height)

    const { finished } = await remove(await pngOf(withThing(picture, isThing)), rectMask(width, height, hole))

    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const [red, green, blue, alpha] = pixelAt(finished, x, y)
        expect(Math.abs(red! - 101)).toBeLessThanOrEqual(3)
        expect(Math.abs(green! - 150)).toBeLessThanOrEqual(3)
        expect([blue, alpha]).toEqual([60, 255])
      }
    }
  })

  test.each([
    ['wide', { width: 5000, height: 24 }, { x: 2300, y: 0, width: 60, height: 24 }],
    ['high', { width: 30, height: 3000 }, { x: 0, y: 1400, width: 30, height: 50 }],
  ])('very %s: bands go on right through', async (_, size, hole) => {
    const isWide = size.width > size.height
    const bands = [
      [60, 90, 140],
      [210, 190, 120],
      [90, 130, 70],
    ] as const
    // A little uneven, so that nothing can be copied exactly.
    const truth = paintImage(size.width, size.height, (x, y) => {
      const [along, across] = isWide ? [x, y] : [y, x]
      const band = bands[Math.min(2, Math.floor(across / 9))]!
      return [...band.map((value) => value + ((along * along + 7 * across) % 11)), 255]
    })
    const mask = rectMask(size.width, size.height, hole)

    const { finished } = await remove(
      await pngOf(withThing(truth, within(hole.x, hole.y, hole.width, hole.height))),
      mask,
    )

    expect(countLoud(finished)).toBe(0)
    expect(psnrInside(mask, finished, truth)).toBeGreaterThan(25)
  })
})

describe('grey-level pictures', () => {
  test.each(['png', 'jpeg'] as const)('%s: the fill is grey, and looks like the rest', async (format) => {
    const truth = await sample('syn-grass', { x: 0, y: 0, width: 300, height: 220 })
    const hole = { x: 120, y: 80, width: 60, height: 50 }
    const mask = rectMask(300, 220, hole)
    const grey = sharpOf(withThing(truth, within(120, 80, 60, 50)))
      .removeAlpha()
      .toColourspace('b-w')
    const file = await grey[format]().toBuffer()
    expect((await sharp(file).metadata()).channels).toBe(1)

    const { finished } = await remove(file, mask)

    for (let at = 0; at < finished.data.length; at += 4) {
      const [red, green, blue, alpha] = finished.data.subarray(at, at + 4)
      expect([green, blue, alpha]).toEqual([red, red, 255])
    }
    const greyTruth = (
      await decodeImage(await sharpOf(truth).removeAlpha().toColourspace('b-w').png().toBuffer(), {
        orientation: 'none',
      })
    ).image
    expect(edgeRatio(mask, finished, greyTruth)).toBeGreaterThan(0.75)
    expect(edgeRatio(mask, finished, greyTruth)).toBeLessThan(1.25)
  })
})

describe('pictures with alpha', () => {
  const size = { width: 320, height: 210 }
  const hole = { x: 140, y: 70, width: 60, height: 50 }
  const mask = rectMask(size.width, size.height, hole)
  const mottle = (x: number, y: number) => (x * x + 3 * y * y + 5 * x * y) % 23

  test('a cut-out keeps its outline where the hole lies over it, and shows no colour from under it', async () => {
    // Opaque up to a slanted edge that fades over 4 px; loud beneath what is transparent.
    const alphaAt = (x: number, y: number) => Math.max(0, Math.min(255, 64 * (172 - x + (y - 95) / 4)))
    const truth = paintImage(size.width, size.height, (x, y) => {
      const alpha = Math.round(alphaAt(x, y))
      return alpha === 0 ? [255, 0, 255, 0] : [120 + mottle(x, y), 90 + mottle(y, x), 60, alpha]
    })
    const isThing = within(hole.x, hole.y, hole.width, hole.height)

    const { finished, patch } = await remove(await pngOf(withThing(truth, isThing)), mask)

    let differences = 0
    for (let y = hole.y; y < hole.y + hole.height; y += 1) {
      for (let x = hole.x; x < hole.x + hole.width; x += 1) {
        const [red, green, blue, alpha] = pixelAt(finished, x, y)
        differences += Math.abs(alpha! - alphaAt(x, y))
        if (alpha! > 0) expect(Math.min(red!, blue!) - green!, `at ${x}, ${y}`).toBeLessThan(40)
      }
    }
    expect(differences / (hole.width * hole.height)).toBeLessThan(12)
    expect(patch.width).toBe(size.width)
  })

  test('glass stays as clear as it is', async () => {
    const truth = paintImage(size.width, size.height, (x, y) => [90, 140 + mottle(x, y), 200, 128])
    const isThing = within(hole.x, hole.y, hole.width, hole.height)

    const { finished } = await remove(await pngOf(withThing(truth, isThing)), mask, {
      growPx: 0,
      featherPx: 0,
    })

    for (let y = hole.y; y < hole.y + hole.height; y += 1) {
      for (let x = hole.x; x < hole.x + hole.width; x += 1) {
        const [red, green, , alpha] = pixelAt(finished, x, y)
        expect(alpha).toBe(128)
        expect(Math.abs(red! - 90)).toBeLessThanOrEqual(6)
        expect(green).toBeGreaterThan(130)
      }
    }
  })
})

describe('expanding by a quarter', () => {
  test.each<[string, number, number]>([
    ['syn-grass', 0.85, 1.15],
    ['syn-brick', 0.7, 1.3],
  ])('%s: its texture goes on, as sharp as it is', async (name, least, most) => {
    const truth = await sample(name, { x: 0, y: 60, width: 500, height: 360 })
    const isKnown = within(0, 0, 400, 360)
    const open = paintImage(500, 360, (x, y) => (isKnown(x, y) ? pixelAt(truth, x, y) : [255, 0, 255, 0]))

    const image = await expand(open)

    const margin = markWhere(image, (x) => x >= 400)
    expect(edgeRatio(margin, image, truth)).toBeGreaterThan(least)
    expect(edgeRatio(margin, image, truth)).toBeLessThan(most)
    expect(image.data.every((value, i) => i % 4 < 3 || value === 255)).toBe(true)
    expect(countLoud(image)).toBe(0)
    // A picture is not eaten into, but for the hairline that it fades over.
    expectSamePixelsWhere(image, truth, (x) => x < 400 - 3)
  })

  test('a straight edge goes on straight', async () => {
    const size = { width: 250, height: 160 }
    const uneven = (x: number, y: number) => (x * x + 3 * y * y + 5 * x * y) % 13
    const truth = paintImage(size.width, size.height, (x, y) =>
      y < 70 ? [70 + uneven(x, y), 120, 190, 255] : [60, 110 + uneven(x, y), 50, 255],
    )
    const open = paintImage(size.width, size.height, (x, y) =>
      x < 200 ? pixelAt(truth, x, y) : [0, 0, 0, 0],
    )

    const image = await expand(open)

    for (let x = 200; x < 250; x += 1) {
      const first = Array.from({ length: 160 }, (_, y) => y).find((y) => pixelAt(image, x, y)[2]! < 120)
      expect(Math.abs(first! - 70), `at ${x}`).toBeLessThanOrEqual(2)
    }
  })
})

describe('expanding on all sides: a cable over a mottled ground with a horizon', () => {
  const size = { width: 480, height: 340 }
  const uneven = (x: number, y: number) => (x * x + 3 * y * y + 5 * x * y) % 13
  const horizon = 210
  const cableAt = (x: number) => 110 + 0.3 * (x - 240)
  const truth = paintImage(size.width, size.height, (x, y) => {
    if (Math.abs(y - cableAt(x)) < 2) return [40, 36 + uneven(y, x), 40, 255]
    return y < horizon ? [110 + uneven(x, y), 160, 215, 255] : [60, 110 + uneven(x, y), 50, 255]
  })

  test.each([0.1, 0.25])('both go on at their own height and angle, within 2 px, by %f', async (share) => {
    const known = { width: Math.floor(480 / (1 + 2 * share)), height: Math.floor(340 / (1 + 2 * share)) }
    const [left, top] = [Math.floor((480 - known.width) / 2), Math.floor((340 - known.height) / 2)]
    const isKnown = within(left, top, known.width, known.height)
    const open = paintImage(480, 340, (x, y) => (isKnown(x, y) ? pixelAt(truth, x, y) : [0, 0, 0, 0]))

    const image = await expand(open)

    const columns = Array.from({ length: 480 }, (_, x) => x).filter((x) => !isKnown(x, 170))
    for (const x of columns) {
      const rows = Array.from({ length: 340 }, (_, y) => pixelAt(image, x, y))
      const dark = [...rows.keys()].filter((y) => y < horizon - 10 && rows[y]![2]! < 130)
      const middle = dark.reduce((sum, y) => sum + y / dark.length, 0)
      expect(Math.abs(middle - cableAt(x)), `the cable at ${x}`).toBeLessThanOrEqual(2)
      const ground = rows.findIndex(([, green, blue], y) => green! > blue! && Math.abs(y - cableAt(x)) > 9)
      expect(Math.abs(ground - horizon), `the horizon at ${x}`).toBeLessThanOrEqual(2)
    }
    expect((await expand(open)).data).toEqual(image.data)
  })
})

test.each(['ui-chart-tooltip', 'ui-pattern-sticker'])('%s becomes what it was, bit for bit', async (name) => {
  const { file, mask, truth } = samplePicture(name)
  const { image } = await decodeImage(readFileSync(truth!), { orientation: 'none' })
  const { finished } = await remove(
    readFileSync(file),
    await decodeMask(readFileSync(mask), image, 'mask', quietRun.signal),
  )
  expectSameImage(finished, image)
})

test('flat art: what lies 2 px beside the mask stays bit for bit', async () => {
  const file = readFileSync(samplePicture('ui-chart-tooltip').file)
  const { image } = await decodeImage(file, { orientation: 'none' })
  const mask = markWhere(image, within(500, 300, 70, 40))

  const { finished, used } = await remove(file, mask)

  expect(used).toMatchObject({ growPx: 1, featherPx: 0 })
  expectSamePixelsWhere(finished, image, (x, y) => !within(499, 299, 72, 42)(x, y))
})

test('a mask drawn softly marks what is at least half white', async () => {
  const picture = gradientImage(190, 120)
  const mask: Mask = paintMask(190, 120, () => false)
  for (const pixel of mask.data.keys()) {
    const distancePx = Math.hypot((pixel % 190) - 90, Math.floor(pixel / 190) - 60)
    mask.data[pixel] = Math.max(0, Math.min(255, 12 * (35 - distancePx)))
  }

  const { patch } = await remove(await pngOf(picture), mask, { growPx: 0, featherPx: 0 })

  for (const [pixel, value] of mask.data.entries()) {
    expect(patch.data[4 * pixel + 3]).toBe(value >= 128 ? 255 : 0)
  }
})

/** From a pixel to the nearest one of the rectangle. */
function distanceTo({ x, y, width, height }: Rect, px: number, py: number): number {
  return Math.hypot(Math.max(x - px, px - x - width + 1, 0), Math.max(y - py, py - y - height + 1, 0))
}

function meanColour(mask: Mask, { data }: Image): readonly number[] {
  const marked = [...mask.data.keys()].filter((pixel) => mask.data[pixel] === 255)
  return [0, 1, 2].map((channel) => {
    return marked.reduce((sum, pixel) => sum + data[4 * pixel + channel]!, 0) / marked.length
  })
}
