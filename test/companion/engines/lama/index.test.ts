import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Means, Tile } from '../../../../companion/engines/engine.ts'
import { lama } from '../../../../companion/engines/lama/index.ts'
import type { Image, Mask } from '../../../../companion/image/image.ts'
import { imageFromPlanes, planesFromImage } from '../../../../companion/image/tensor.ts'
import { silentLog } from '../../../../companion/log.ts'
import { OnnxRuntime } from '../../../../companion/runtime/session.ts'
import { quietRun } from '../../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../../support/images.ts'
import { tinyLama } from '../../../support/means.ts'
import { readReference, referencePath } from '../../../support/reference.ts'
import { scriptedRuntime } from '../../../support/scripted-runtime.ts'

const settings = { task: 'remove', prompt: '', negativePrompt: '', seed: 1, options: {} } as const
const filesOf =
  (path: string): Means['files'] =>
  async () =>
    new Map([['big-lama.pt', path]])

let runtime: OnnxRuntime
let means: Means
beforeAll(() => {
  runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  means = { runtime, files: filesOf(tinyLama) }
})
afterAll(() => runtime.unload())

describe('LaMa', () => {
  test.each(['40x56', '33x47', '9x17'])('gives the bytes of predict.py at %s', async (size) => {
    const reference = await readReference(referencePath('lama', 'tiny', 'expected.safetensors'))
    const [height, width] = size.split('x').map(Number) as [number, number]
    const image = imageFromPlanes(reference(`${size}/image_u8`).data, { width, height })
    // Holes of 1, 127, 128 and 255: predict.py fills each.
    const mask = { width, height, data: Uint8Array.from(reference(`${size}/mask_u8`).data) }

    const raw = await lama.raw!({ image, mask }, settings, quietRun, means, 1)

    const expected = reference(`${size}/composite_u8`).data
    const off = planesFromImage(raw.images[0]).map((value, index) => Math.abs(value - expected[index]!))
    expect(Math.max(...off)).toBeLessThanOrEqual(1)
    expect(raw.device.kind).toBe('cpu')
  })

  test('fills a tile of any size, and does not look at what lies in the hole', async () => {
    const size = { width: 150, height: 131 }
    const mask = rectMask(size.width, size.height, { x: 60, y: 50, width: 30, height: 20 })
    const image = gradientImage(size.width, size.height)
    const engine = await lama.open(quietRun, means, [size])
    const result = await engine.fill({ image, mask, avoid: null }, settings, quietRun)

    expect(result).toMatchObject(size)
    expect(alphasIn(result, mask)).toEqual(new Set([255]))
    const other = { ...image, data: image.data.map((value, i) => (mask.data[i >> 2] === 255 ? 9 : value)) }
    expect((await engine.fill({ image: other, mask, avoid: null }, settings, quietRun)).data).toEqual(
      result.data,
    )
  })

  test('loads few sizes: neighbouring ones share a session', async () => {
    const watched = scriptedRuntime([])
    const keys = new Set<string>()
    const load: typeof watched.load = (source, on, run) => {
      keys.add(source.key)
      return watched.load(source, on, run)
    }
    for (const width of [500, 511, 512, 513]) {
      await lama.open(quietRun, { runtime: { ...watched, load }, files: filesOf(tinyLama) }, [
        { width, height: 400 },
      ])
    }
    expect([...keys].map((key) => /[\d]+ × [\d]+$/.exec(key)?.[0])).toEqual(['512 × 512', '640 × 512'])
  })

  test('is computed smaller where there is too little memory for its size', async () => {
    const image = gradientImage(600, 500)
    const tile: Tile = {
      image,
      mask: rectMask(600, 500, { x: 200, y: 200, width: 90, height: 80 }),
      avoid: null,
    }
    const tight = {
      load: runtime.load.bind(runtime),
      unload: runtime.unload.bind(runtime),
      // Enough for 384 × 256, not for 512 × 384.
      outlook: async () => ({ kind: 'cpu' as const, budgetBytes: 250e6 }),
      peakBytes: 0,
    }
    const engine = await lama.open(quietRun, { runtime: tight, files: filesOf(tinyLama) }, [image])
    expect(await engine.fill(tile, settings, quietRun)).toMatchObject({ width: 600, height: 500 })
    expect(engine.notes).toEqual(['Memory was short, so the fill was computed at 50 % of its size.'])
  })

  test('reports numbers that are none', async () => {
    const nan = scriptedRuntime([
      ({ image }) => ({
        predicted: {
          ...image!,
          type: 'float32',
          data: new Float32Array(image!.data.length).fill(Number.NaN),
        },
      }),
    ])
    const image = gradientImage(40, 30)
    const tile: Tile = { image, mask: rectMask(40, 30, { x: 9, y: 9, width: 12, height: 9 }), avoid: null }
    const engine = await lama.open(quietRun, { runtime: nan, files: filesOf(tinyLama) }, [image])
    await expect(engine.fill(tile, settings, quietRun)).rejects.toMatchObject({ code: 'model-damaged' })
  })

  test.each([
    ['is not there', '/nowhere/big-lama.pt', 'model-missing', /nowhere/],
    [
      'is another network',
      referencePath('lama', 'fourier-unit', 'weights.safetensors'),
      'model-damaged',
      /weights\.safetensors is no LaMa.*model\.1\.ffc/,
    ],
    ['is no weight file', referencePath('lama', 'README.md'), 'model-damaged', /README\.md cannot be used/],
  ])('says so when its file %s', async (_, path, code, sentence) => {
    const own = { runtime, files: filesOf(path) }
    await expect(lama.open(quietRun, own, [{ width: 64, height: 48 }])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(sentence),
    })
  })
})

function alphasIn({ data }: Image, mask: Mask): Set<number> {
  return new Set(
    Array.from(mask.data.keys())
      .filter((pixel) => mask.data[pixel])
      .map((pixel) => data[4 * pixel + 3]!),
  )
}
