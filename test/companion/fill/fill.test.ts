import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../../companion/engines/engine.ts'
import { engines } from '../../../companion/engines/index.ts'
import { createPatchmatch } from '../../../companion/engines/patchmatch/index.ts'
import { CompanionError } from '../../../companion/errors.ts'
import { fill, type Patch } from '../../../companion/fill/fill.ts'
import { layFills, openPicture } from '../../../companion/fill/picture.ts'
import { decodeImage, decodeMask } from '../../../companion/image/codec.ts'
import type { Image } from '../../../companion/image/image.ts'
import { silentLog } from '../../../companion/log.ts'
import type { Progress } from '../../../companion/run.ts'
import { OnnxRuntime } from '../../../companion/runtime/session.ts'
import { samplePictures } from '../../fixtures/pictures/index.ts'
import {
  expectPatchPromise,
  expectSameImage,
  expectSamePixelsWhere,
  pixelAt,
} from '../../support/assert-image.ts'
import { pngOf } from '../../support/encoded.ts'
import { fillJob, patchesOf, quietRun } from '../../support/fill-job.ts'
import { discMask, gradientImage, paintImage, rectMask } from '../../support/images.ts'
import { noMeans, tinyMeans } from '../../support/means.ts'
import { stubEngine, stubFill, stubKnown } from '../../support/stub-engine.ts'

const mask = discMask(61, 43, 25, 20, 6)
const maskFile = await pngOf(mask)

async function imageOf({ png }: Patch): Promise<Image> {
  return (await decodeImage(png, { orientation: 'none' })).image
}

function isStubKnown(image: Image, x: number, y: number): boolean {
  const [red, green, blue] = pixelAt(image, x, y)
  return red === stubKnown.red && green === stubKnown.green && blue === stubKnown.blue
}

describe.each([stubEngine(), ...engines])('with the engine $id', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'infill-fill-'))
  const runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  const opening = tinyMeans(runtime, folder, engine.id)
  afterAll(async () => {
    await runtime.unload()
    rmSync(folder, { recursive: true })
  })

  test.each(samplePictures)('the patch promise holds for $name', async (sample) => {
    const picture = await openPicture(readFileSync(sample.file), 'exif')
    const sentMask = readFileSync(sample.mask)
    const means = await opening

    const [patch] = await patchesOf(
      fillJob({ picture, engine, means, mask: sentMask, options: { quality: 'fast', steps: 2, size: 256 } }),
    )

    const { rect, used } = patch!
    const mask = await decodeMask(sentMask, picture.image, 'mask', quietRun.signal)
    expectPatchPromise({ patch: await imageOf(patch!), rect, mask, ...used })
  })
})

describe('fill', () => {
  test.each(samplePictures)(
    'a finished $name is the original bit for bit where the patch has alpha 0',
    async (sample) => {
      const picture = await openPicture(readFileSync(sample.file), 'exif')
      const job = fillJob({ picture, mask: readFileSync(sample.mask) })

      const [patch] = await patchesOf({ ...job, extent: 'image' })
      const [finished] = await patchesOf({ ...job, extent: 'finished' })

      const alpha = await imageOf(patch!)
      expectSamePixelsWhere(await imageOf(finished!), picture.image, (x, y) => pixelAt(alpha, x, y)[3] === 0)
    },
  )

  test('shows nothing of what the engine did to known pixels', async () => {
    for (const extent of ['rect', 'image', 'finished'] as const) {
      const [patch] = await patchesOf(fillJob({ mask: maskFile, extent }))

      const image = await imageOf(patch!)
      for (let y = 0; y < image.height; y += 1) {
        for (let x = 0; x < image.width; x += 1) expect(isStubKnown(image, x, y)).toBe(false)
      }
    }
  })

  test('fills the mask and tells how', async () => {
    const [patch] = await patchesOf(fillJob({ mask: maskFile, seed: 77, queueMs: 12 }))

    expect(pixelAt(await imageOf(patch!), 25 - patch!.rect.x, 20 - patch!.rect.y)).toEqual([
      stubFill.red,
      stubFill.green,
      77,
      255,
    ])
    expect(patch).toMatchObject({ variation: 0, seed: 77 })
    expect(patch!.used).toMatchObject({
      engine: 'stub',
      device: { kind: 'cpu', name: 'stub', precision: 'fp32' },
      tiles: 1,
      growPx: 2,
      featherPx: 1,
      notes: [],
      ms: { queue: 12 },
    })
    for (const ms of Object.values(patch!.used.ms)) expect(ms).toBeGreaterThanOrEqual(0)
  })

  test('gives the engine its context, the grown mask, and every option with its default', async () => {
    const engine = stubEngine({
      options: [{ name: 'starts', kind: 'integer', default: 8, min: 1, max: 9, label: 'Starts' }],
    })

    await patchesOf(
      fillJob({ engine, mask: maskFile, options: { growPx: 3, featherPx: 0, unknown: 5 }, seed: 5 }),
    )

    const [{ tile, settings }] = engine.fills as [(typeof engine.fills)[number]]
    expect(settings).toEqual({
      task: 'remove',
      prompt: '',
      negativePrompt: '',
      seed: 5,
      options: { quality: 'balanced', growPx: 3, featherPx: 0, preview: false, starts: 8 },
    })
    // The mask reaches from 19 to 31 and 14 to 26; grown by 3 px, with the stub's 16 px round it, inside the picture.
    expect([tile.image.width, tile.image.height]).toEqual([51, 43])
    expect(new Set(tile.mask.data)).toEqual(new Set([0, 255]))
    expect(tile.mask.data[20 * 51 + 25]).toBe(255)
    expect(tile.mask.data[20 * 51 + 25 + 9]).toBe(255)
    expect(tile.mask.data[20 * 51 + 25 + 10]).toBe(0)
    expect(tile.avoid).toBeNull()
  })

  test('hands the engine what must not be copied', async () => {
    const engine = stubEngine()
    const avoid = await pngOf(rectMask(61, 43, { x: 0, y: 0, width: 10, height: 43 }))

    await patchesOf(fillJob({ engine, mask: maskFile, avoid, options: { growPx: 0, featherPx: 0 } }))

    const { tile } = engine.fills[0]!
    expect(tile.avoid!.data.filter((value) => value === 255)).toHaveLength((10 - 3) * tile.avoid!.height)
  })

  test('each variation has the next seed, and asked alone that seed gives the same bytes', async () => {
    const last = 2 ** 32 - 1
    const job = fillJob({ mask: maskFile, seed: last })

    const together = await patchesOf({ ...job, variations: 3 })

    expect(together.map(({ variation, seed }) => [variation, seed])).toEqual([
      [0, last],
      [1, 0],
      [2, 1],
    ])
    for (const { seed, png } of together) {
      const [alone] = await patchesOf({ ...job, seed })
      expect(alone!.png).toEqual(png)
    }
    expect(together[0]!.png).not.toEqual(together[1]!.png)
  })

  test('a later context sees what an earlier one filled, and all are in the patch', async () => {
    // More than one hole with its surroundings, less than two.
    const engine = stubEngine({ limits: { contextPx: () => 30, contextPixels: 5000 } })
    const image = gradientImage(220, 120)
    // The context of the second one, from 42, 32 on, holds a corner of the first: 4 × 4 px.
    const holes = [
      { x: 40, y: 30, width: 6, height: 6 },
      { x: 72, y: 62, width: 6, height: 6 },
      { x: 180, y: 30, width: 6, height: 6 },
    ]
    const file = await pngOf(rectMask(220, 120, ...holes))
    const picture = { image, fills: null, iccProfile: null, notes: [] }

    const [patch] = await patchesOf(
      fillJob({ engine, picture, mask: file, seed: 9, options: { growPx: 0, featherPx: 0 } }),
    )

    const filledBefore = engine.fills
      .map(({ tile }) =>
        Array.from(tile.mask.data, (_, pixel) =>
          [...tile.image.data.subarray(pixel * 4, pixel * 4 + 4)].join(),
        ),
      )
      .map((pixels) => pixels.filter((pixel) => pixel === '200,120,9,255').length)
    expect(filledBefore.toSorted((a, b) => a - b)).toEqual([0, 0, 16])
    expect(patch!.used.tiles).toBe(3)
    const shown = await imageOf(patch!)
    for (const { x, y } of holes) {
      expect(pixelAt(shown, x + 3 - patch!.rect.x, y + 3 - patch!.rect.y)).toEqual([200, 120, 9, 255])
    }
  })

  test('works smaller where the engine takes no more, and says so', async () => {
    const engine = stubEngine({ limits: { contextPixels: 600 } })

    const [patch] = await patchesOf(fillJob({ engine, mask: maskFile, seed: 9 }))

    const { workWidth, workHeight, notes } = patch!.used
    expect(workWidth * workHeight).toBeLessThanOrEqual(600)
    expect([engine.fills[0]!.tile.image.width, engine.fills[0]!.tile.image.height]).toEqual([
      workWidth,
      workHeight,
    ])
    expect(notes).toEqual([
      expect.stringMatching(/^The fill was computed at \d\d % of the picture’s size\.$/),
    ])
    const image = await imageOf(patch!)
    expect(pixelAt(image, 25 - patch!.rect.x, 20 - patch!.rect.y)).toEqual([200, 120, 9, 255])
  })

  test('ends at the mask where growing would leave nothing to copy, and says so', async () => {
    const almostAll = rectMask(61, 43, { x: 0, y: 0, width: 60, height: 43 })

    const [patch] = await patchesOf(fillJob({ mask: await pngOf(almostAll) }))

    expect(patch!.used).toMatchObject({ growPx: 0, featherPx: 0 })
    expect(patch!.used.notes).toHaveLength(1)
    expect(patch!.rect).toEqual({ x: 0, y: 0, width: 60, height: 43 })
  })

  test('copies the profile and passes on what reading the picture changed', async () => {
    const tagged = await sharp(gradientImage().data, { raw: { width: 61, height: 43, channels: 4 } })
      .withIccProfile('p3')
      .png()
      .toBuffer()
    const picture = { ...(await openPicture(tagged, 'exif')), notes: ['It was green.'] }

    for (const extent of ['rect', 'image', 'finished'] as const) {
      const [patch] = await patchesOf(fillJob({ picture, mask: maskFile, extent }))

      expect((await sharp(patch!.png).metadata()).icc).toEqual(picture.iccProfile)
      expect(patch!.used.notes).toEqual(['It was green.'])
    }
  })

  test('merges earlier fills into the patch only when asked to', async () => {
    const bare = await openPicture(await pngOf(gradientImage()), 'exif')
    const earlierMask = await pngOf(discMask(61, 43, 48, 30, 5))
    const [first] = await patchesOf(fillJob({ picture: bare, mask: earlierMask, seed: 3 }))
    const picture = await layFills(bare, [first!])

    const [separate] = await patchesOf(fillJob({ picture, mask: maskFile, seed: 4 }))
    const [merged] = await patchesOf(fillJob({ picture, mask: maskFile, seed: 4, merge: true }))

    expect(separate!.rect.width).toBeLessThan(merged!.rect.width)
    const image = await imageOf(merged!)
    expect(pixelAt(image, 48 - merged!.rect.x, 30 - merged!.rect.y)).toEqual([200, 120, 3, 255])
    expect(pixelAt(image, 25 - merged!.rect.x, 20 - merged!.rect.y)).toEqual([200, 120, 4, 255])
  })

  test('what was filled before is what the engine sees', async () => {
    const engine = stubEngine()
    const bare = await openPicture(await pngOf(gradientImage()), 'exif')
    const red = await pngOf(paintImage(4, 3, () => [255, 0, 0, 255]))
    const picture = await layFills(bare, [{ rect: { x: 12, y: 20, width: 4, height: 3 }, png: red }])

    await patchesOf(fillJob({ engine, picture, mask: maskFile, extent: 'image' }))

    const { image } = engine.fills[0]!.tile
    const reds = Array.from({ length: image.width }, (_, x) => pixelAt(image, x, 21)[0])
    expect(reds.filter((value) => value === 255).length).toBeGreaterThanOrEqual(4)
  })

  test('expands into what is transparent', async () => {
    const image = paintImage(61, 43, (x) => [9, 9, 9, x < 50 ? 255 : 0])
    const picture = { image, fills: null, iccProfile: null, notes: [] }

    const [patch] = await patchesOf(
      fillJob({ picture, task: 'expand', extent: 'finished', options: { growPx: 0, featherPx: 0 }, seed: 8 }),
    )

    const finished = await imageOf(patch!)
    expectSameImage(
      finished,
      paintImage(61, 43, (x) => (x < 50 ? [9, 9, 9, 255] : [200, 120, 8, 255])),
    )
  })

  test('reports one progress that never falls, over contexts and variations', async () => {
    const reports: Progress[] = []
    const engine = stubEngine({ limits: { contextPx: () => 4 } })
    const file = await pngOf(
      rectMask(61, 43, { x: 3, y: 3, width: 4, height: 4 }, { x: 50, y: 35, width: 4, height: 4 }),
    )

    await patchesOf(fillJob({ engine, mask: file, variations: 2, options: { growPx: 0, featherPx: 0 } }), {
      ...quietRun,
      onProgress: (progress) => reports.push(progress),
    })

    expect(engine.fills).toHaveLength(4)
    const shares = reports.map(({ done, total }) => done / total)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBe(1)
  })

  test('counts the search for detail in its progress, and ends with it', async () => {
    const reports: Progress[] = []
    const finder: Engine = {
      ...stubEngine({ title: 'Finder' }),
      async followGuide({ mask }, _guide, { onProgress }) {
        for (const done of [0, 3, 7]) onProgress({ stage: 'fill', done, total: 7, unit: 'steps' })
        return new Int32Array(mask.data.length).fill(-1)
      },
    }
    const engine = stubEngine({ limits: { contextPixels: 600 } })
    const job = fillJob({ engine, mask: maskFile, detailEngine: finder, variations: 2 })

    const [patch] = await patchesOf(job, { ...quietRun, onProgress: (progress) => reports.push(progress) })

    expect(patch!.used.notes).toContain(
      'Fine detail was copied from other parts of the picture, which Finder found.',
    )
    const shares = reports.map(({ done, total }) => done / total)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBe(1)
    expect(new Set(reports.map(({ total, unit }) => `${total} ${unit}`))).toEqual(new Set(['8 levels']))
  })

  test('a cancel ends the search for detail with its own reason', async () => {
    const cancelling = new AbortController()
    const { followGuide, ...embedded } = createPatchmatch(1)
    const finder: Engine = {
      ...embedded,
      followGuide(tile, guide, run) {
        const found = followGuide!(tile, guide, run)
        cancelling.abort('enough')
        return found
      },
    }
    const engine = stubEngine({ limits: { contextPixels: 600 } })
    const job = fillJob({ engine, mask: maskFile, detailEngine: finder })

    await expect(patchesOf(job, { ...quietRun, signal: cancelling.signal })).rejects.toBe('enough')
    expect(engine.openCount).toBe(0)
  })

  test('a cancel ends a fill in the middle with its own reason, and closes the engine', async () => {
    const engine = stubEngine()
    const cancelling = new AbortController()
    const reason = new Error('cancelled by the person')
    engine.block()

    const filling = patchesOf(fillJob({ engine, mask: maskFile }), { ...quietRun, signal: cancelling.signal })
    await engine.blocked()
    cancelling.abort(reason)

    await expect(filling).rejects.toBe(reason)
    expect(engine.cancelled).toBe(1)
    expect(engine.openCount).toBe(0)
  })

  test('a cancel between two variations ends the job after the first', async () => {
    const cancelling = new AbortController()
    const engine = stubEngine()
    const job = fillJob({ engine, mask: maskFile, variations: 3 })

    await expect(
      fill(job, { ...quietRun, signal: cancelling.signal }, () => cancelling.abort('enough')),
    ).rejects.toBe('enough')

    expect(engine.fills.length).toBeLessThan(3)
    expect(engine.openCount).toBe(0)
  })

  test("passes the engine's failure on, closes it, and works the next time", async () => {
    const engine = stubEngine()
    const failure = new CompanionError('out-of-memory', 'There is too little memory.')
    engine.failWith(failure)

    await expect(patchesOf(fillJob({ engine, mask: maskFile }))).rejects.toBe(failure)
    engine.failWith(null)

    expect(engine.openCount).toBe(0)
    expect(await patchesOf(fillJob({ engine, mask: maskFile }))).toHaveLength(1)
  })

  test('takes a result of the wrong size for the bug it is', async () => {
    const engine = stubEngine()
    const wrong = {
      ...engine,
      open: async () => ({
        ...(await engine.open(quietRun, noMeans, [])),
        fill: async () => gradientImage(7, 5),
      }),
    }

    await expect(patchesOf(fillJob({ engine: wrong, mask: maskFile }))).rejects.toThrow(
      /to return 51 × 43 pixels but received 7 × 5/,
    )
  })
})
