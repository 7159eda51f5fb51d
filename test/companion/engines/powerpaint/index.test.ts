import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Means } from '../../../../companion/engines/engine.ts'
import { createPatchmatch } from '../../../../companion/engines/patchmatch/index.ts'
import { publishedTaskIds } from '../../../../companion/engines/powerpaint/ids.ts'
import { createPowerPaint } from '../../../../companion/engines/powerpaint/index.ts'
import { numbersFor } from '../../../../companion/engines/powerpaint/presets.ts'
import type { FillJob } from '../../../../companion/fill/fill.ts'
import { decodeImage } from '../../../../companion/image/codec.ts'
import type { Image } from '../../../../companion/image/image.ts'
import { silentLog } from '../../../../companion/log.ts'
import type { Task } from '../../../../companion/protocol.ts'
import type { Progress } from '../../../../companion/run.ts'
import type { Tensors } from '../../../../companion/runtime/child.ts'
import { OnnxRuntime, type Runtime } from '../../../../companion/runtime/session.ts'
import { expectSamePixelsWhere } from '../../../support/assert-image.ts'
import { pngOf } from '../../../support/encoded.ts'
import { fillJob, patchesOf, quietRun } from '../../../support/fill-job.ts'
import { gradientImage, paintImage, rectMask } from '../../../support/images.ts'
import { magentaPixels, withMagentaHole } from '../../../support/magenta-hole.ts'
import { powerPaintFolder } from '../../../support/powerpaint.ts'

let onnx: OnnxRuntime
let folder: string
beforeAll(async () => {
  onnx = new OnnxRuntime({ device: 'cpu', log: silentLog })
  folder = await powerPaintFolder(mkdtempSync(join(tmpdir(), 'infill-')), 'original')
})
afterAll(async () => {
  await onnx.unload()
  rmSync(folder, { recursive: true })
})

const image = gradientImage(90, 70)
const hole = { x: 30, y: 20, width: 28, height: 24 }
const mask = rectMask(90, 70, hole)
const quick = { steps: 2, size: 256 } as const

describe('PowerPaint', () => {
  test.each([
    ['remove', 'P_ctxt', 'P_obj'],
    ['fill', 'P_obj', 'P_obj'],
    ['shape', 'P_shape', 'P_shape'],
    ['expand', 'P_ctxt', 'P_obj'],
  ] as const)('tells the model what to do: %s', async (task, towards, away) => {
    const { runtime, prompts } = watched()
    await patchesOf(await job({ task, means: meansOf(runtime) }))

    expect(prompts.map(wordIn).filter((word) => word !== null)).toEqual(
      // The outline is followed closely, or not: the prompt for the one stands before that for the other.
      task === 'shape' ? [towards, 'P_ctxt', away, 'P_ctxt'] : [towards, away],
    )
  })

  test.each([
    ['object-removal', { guidance: 10, size: 640 }],
    ['image-outpainting', { guidance: 10, size: 512 }],
    ['text-guided', { guidance: 7.5, size: 640 }],
    ['shape-guided', { guidance: 7.5, size: 640 }],
  ] as const)('has the numbers of its authors for %s', (mode, numbers) => {
    expect(numbersFor(mode, { quality: 'best' })).toMatchObject({ ...numbers, steps: 45, scheduler: 'ddim' })
    expect(numbersFor(mode, { quality: 'balanced' })).toMatchObject({
      ...{ steps: 25, scheduler: 'dpmpp-2m-karras' },
    })
    expect(numbersFor(mode, { quality: 'fast', preset: 'best', guidance: 3 })).toMatchObject({
      ...{ steps: 45, guidance: 3 },
    })
  })

  test.each(['remove', 'fill', 'shape', 'expand'] as const)(
    'changes no pixel that nobody asked for: %s',
    async (task) => {
      const { png, rect, used } = (await patchesOf(await job({ task, extent: 'image' })))[0]!
      const patch = (await decodeImage(png, { orientation: 'none' })).image
      const reach = used.growPx + used.featherPx
      const isNear = (x: number, y: number) =>
        x >= hole.x - reach - 1 &&
        x <= hole.x + hole.width + reach &&
        y >= hole.y - reach - 1 &&
        y <= hole.y + hole.height + reach

      expect(rect).toEqual({ x: 0, y: 0, width: 90, height: 70 })
      expect(alphasWhere(patch, (x, y) => !isNear(x, y))).toEqual(new Set([0]))
      expect(alphasWhere(patch, (x, y) => mask.data[y * 90 + x] === 255)).toEqual(new Set([255]))
    },
  )

  test('follows the outline as closely as was asked for', async () => {
    const fitted = (fitting: number, task: Task) =>
      firstPatch({ task, options: { ...quick, fitting, guidance: 3 } })

    expect(await fitted(0.5, 'shape')).not.toEqual(await fitted(1, 'shape'))
    expect(await fitted(0.5, 'fill')).toEqual(await fitted(1, 'fill'))
  })

  test('begins a removal with the surroundings, not with what is to go', async () => {
    const encoded: Float32Array[] = []
    const { runtime } = watched((part, { image }) => {
      if (part === 'encoder') encoded.push(image!.data as Float32Array)
    })
    const given = { task: 'remove', means: meansOf(runtime), prefillEngine: createPatchmatch(1) } as const
    await patchesOf(await job({ ...given, picture: pictureOf(withMagentaHole(image, mask)) }))

    // The picture with its hole filled, and the one with its hole grey.
    expect(encoded).toHaveLength(2)
    expect(encoded[0]).not.toEqual(encoded[1])
    expect(encoded.map(magentaPixels)).toEqual([0, 0])
  })

  test('begins all else with noise', async () => {
    const [filled] = await patchesOf(await job({ task: 'fill', prefillEngine: createPatchmatch(1) }))
    const alone = await firstPatch({ task: 'fill', prefillEngine: null })

    expect(filled!.png).toEqual(alone)
    expect(filled!.used.notes).toEqual([])
  })

  test('takes back contrast where that is asked for', async () => {
    const plain = await firstPatch({ options: { ...quick, guidance: 15 } })
    const rescaled = await firstPatch({ options: { ...quick, guidance: 15, rescale: 0.7 } })
    expect(rescaled).not.toEqual(plain)
  })

  test('removes again and otherwise with another seed', async () => {
    const [first, second] = await patchesOf(await job({ seed: 5, variations: 2 }))
    expect(second!.png).not.toEqual(first!.png)
    expect(second!.png).toEqual(await firstPatch({ seed: 6 }))
  })

  test('continues a picture into its transparent margins, pass by pass', async () => {
    // 40 px are known of 200.
    const isKnown = (x: number) => x >= 80 && x < 120
    const open = paintImage(200, 40, (x, y) => (isKnown(x) ? [2 * x, 5 * y, 90, 255] : [0, 0, 0, 0]))
    const given = { task: 'expand', mask: null, picture: pictureOf(open), extent: 'finished' } as const
    const [patch] = await patchesOf(await job(given))
    const finished = (await decodeImage(patch!.png, { orientation: 'none' })).image

    expect(patch!.used.notes).toContainEqual(expect.stringMatching(/continued in \d passes/))
    expect(alphasWhere(finished, () => true)).toEqual(new Set([255]))
    const { featherPx } = patch!.used
    expect(featherPx).toBe(3)
    expectSamePixelsWhere(finished, open, (x) => isKnown(x - featherPx - 1) && isKnown(x + featherPx + 1))
  })

  test('reports each step, and shows what will come', async () => {
    const reports: Progress[] = []
    const run = { ...quietRun, onProgress: (progress: Progress) => reports.push(progress) }
    await patchesOf(await job({ options: { ...quick, steps: 4, strength: 1, preview: true } }), run)

    const of = (stage: string) => reports.filter((report) => report.stage === stage)
    expect(of('load').at(-1)).toMatchObject({ done: 3, total: 3 })
    expect(of('fill').map(({ done, total }) => [done, total])).toEqual([
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 5],
      [5, 5],
    ])
    expect(of('fill').filter(({ preview }) => preview !== undefined)).toHaveLength(1)
  })

  test('can be cancelled in the middle of a step, and fills again afterwards', async () => {
    const cancelling = new AbortController()
    const reason = new Error('enough')
    const { runtime } = watched((part) => part === 'unet' && queueMicrotask(() => cancelling.abort(reason)))
    const engine = createPowerPaint()
    const run = { ...quietRun, signal: cancelling.signal }

    await expect(patchesOf(await job({ engine, means: meansOf(runtime) }), run)).rejects.toBe(reason)
    expect(await firstPatch({ engine })).toEqual(await firstPatch({}))
  })
})

async function job(changes: Partial<FillJob>): Promise<FillJob> {
  return fillJob({
    ...{ engine: createPowerPaint(), means: meansOf(onnx), task: 'remove', prompt: 'a red vase' },
    ...{ picture: pictureOf(image), mask: await pngOf(mask), options: quick },
    ...changes,
  })
}

async function firstPatch(changes: Partial<FillJob>): Promise<Uint8Array> {
  const [patch] = await patchesOf(await job(changes))
  return patch!.png
}

function meansOf(runtime: Runtime): Means {
  return { runtime, checkpoint: folder, files: () => Promise.reject(new Error('Expected the folder.')) }
}

function pictureOf(picture: Image) {
  return { image: picture, fills: null, iccProfile: null, notes: [] }
}

function alphasWhere({ data, width }: Image, where: (x: number, y: number) => boolean): Set<number> {
  const alphas = new Set<number>()
  for (let pixel = 0; 4 * pixel < data.length; pixel += 1) {
    if (where(pixel % width, Math.floor(pixel / width))) alphas.add(data[4 * pixel + 3]!)
  }
  return alphas
}

/** The task word among a prompt's ids. */
function wordIn(ids: readonly number[]): string | null {
  return Object.entries(publishedTaskIds).find(([, [first]]) => ids.includes(first!))?.[0] ?? null
}

/** The real runtime, and what its text encoder is asked. */
function watched(onRun: (part: string, inputs: Tensors) => unknown = () => {}) {
  const prompts: number[][] = []
  const runtime: Runtime = {
    async load(source, on, run) {
      const session = await onnx.load(source, on, run)
      return {
        ...session,
        run(inputs, given) {
          const ids = inputs.input_ids?.data
          if (ids instanceof BigInt64Array) prompts.push(Array.from(ids, Number))
          onRun(source.key.split(' ')[0]!, inputs)
          return session.run(inputs, given)
        },
      }
    },
    unload: () => onnx.unload(),
    outlook: (...given) => onnx.outlook(...given),
    get peakBytes() {
      return onnx.peakBytes
    },
  }
  return { runtime, prompts }
}
