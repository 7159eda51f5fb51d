import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageFromSamples } from '../../../../companion/diffusion/preprocess.ts'
import { createStableDiffusion } from '../../../../companion/engines/stable-diffusion/index.ts'
import { silentLog } from '../../../../companion/log.ts'
import type { Options } from '../../../../companion/protocol.ts'
import { OnnxRuntime, type Runtime, type SessionSource } from '../../../../companion/runtime/session.ts'
import { diffusionPath, type TinyModel, tinyFolder } from '../../../support/diffusion.ts'
import { quietRun } from '../../../support/fill-job.ts'
import {
  furthest,
  goldenCalls,
  goldenPictures,
  goldenWords,
  optionsOf,
} from '../../../support/golden-calls.ts'
import { gradientImage, rectMask } from '../../../support/images.ts'

let runtime: OnnxRuntime
let folder: string
beforeAll(() => {
  runtime = new OnnxRuntime({ device: 'cpu', log: silentLog })
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  for (const model of ['sd15-tiny', 'sd2-tiny'] as const) tinyFolder(model, join(folder, model))
})
afterAll(async () => {
  await runtime.unload()
  rmSync(folder, { recursive: true })
})

const engine = createStableDiffusion()
const meansOf = (model: TinyModel) => ({
  runtime,
  files: () => Promise.reject(new Error('Expected the named folder to be used.')),
  checkpoint: join(folder, model),
})

describe('the raw picture of a folder', () => {
  test.each(goldenCalls.slice(0, 2))('is the same in $name with attention in slices', async (call) => {
    const { image, mask } = await goldenPictures(call)
    const fillWith = async (more: Options) => {
      const options = { ...optionsOf(call), ...more }
      const settings = { task: 'fill', ...goldenWords, seed: call.seed, options } as const
      const whole = { image: imageFromSamples(image), mask }
      return (await engine.raw!(whole, settings, quietRun, meansOf(call.model), 1)).images[0]
    }
    const [sliced, whole] = [await fillWith({ attentionSlicing: 7 }), await fillWith({})]
    expect(furthest(sliced.data, whole.data)).toBeLessThanOrEqual(1)
  })

  test.each([
    { model: 'sd15-tiny', scheduler: 'ddim', first: [981, 961, 941], evaluations: 50 },
    { model: 'sd2-tiny', scheduler: 'pndm', first: [981, 961, 961], evaluations: 51 },
  ] as const)('is without options the pipeline’s own of $model', async (one) => {
    const whole = {
      image: gradientImage(40, 24),
      mask: rectMask(40, 24, { x: 8, y: 8, width: 16, height: 8 }),
    }
    const fillBy = async (options: Options) => {
      const timesteps: number[] = []
      const settings = { task: 'fill', ...goldenWords, seed: 3, options } as const
      const means = { ...meansOf(one.model), runtime: watching(timesteps) }
      const { images } = await engine.raw!(whole, settings, quietRun, means, 1)
      return { image: images[0], timesteps }
    }
    const { image, timesteps } = await fillBy({})
    expect(timesteps).toHaveLength(one.evaluations)
    expect(timesteps.slice(0, 3)).toEqual(one.first)
    expect(image).toMatchObject({ width: 40, height: 24 })
    const options = { scheduler: one.scheduler, steps: 50, guidance: 7.5, strength: 1, eta: 0 }
    expect((await fillBy(options)).image).toEqual(image)
    expect((await fillBy({ guidance: 7 })).image).not.toEqual(image)
  })

  test('is the same from weights as torch.save writes them', async () => {
    const call = goldenCalls.find(({ name }) => name === 'sd15-ddim-eta1')!
    const { image, mask, made } = await goldenPictures(call)
    const pickled = join(folder, 'pickled')
    tinyFolder(call.model, pickled)
    for (const part of ['unet', 'vae']) {
      rmSync(join(pickled, part, 'diffusion_pytorch_model.fp16.safetensors'))
      cpSync(diffusionPath('sd15-tiny-bin', part), join(pickled, part), { recursive: true })
    }
    const settings = { task: 'fill', ...goldenWords, seed: call.seed, options: optionsOf(call) } as const
    const whole = { image: imageFromSamples(image), mask }
    const means = { ...meansOf(call.model), checkpoint: pickled }
    const { images } = await engine.raw!(whole, settings, quietRun, means, 1)

    expect(furthest(images[0].data, imageFromSamples(made[0]!).data)).toBeLessThanOrEqual(1)
  })

  test('is the same decoded one by one and all at once', async () => {
    const call = goldenCalls.find(({ name }) => name === 'sd15-two-images-9x13')!
    const { image, mask } = await goldenPictures(call)
    const whole = { image: imageFromSamples(image), mask }
    const fillBy = async (more: Options) => {
      const graphBytes: number[] = []
      const options = { ...optionsOf(call), ...more }
      const settings = { task: 'fill', ...goldenWords, seed: call.seed, options } as const
      const means = { ...meansOf(call.model), runtime: measuring('decoder', graphBytes) }
      const { images } = await engine.raw!(whole, settings, quietRun, means, 2)
      return { graphBytes, bytes: images.flatMap(({ data }) => [...data]) }
    }
    const [apart, together] = [await fillBy({}), await fillBy({ vaeSlicing: false })]
    expect(apart.graphBytes[0]).toBeGreaterThan(together.graphBytes[0]!)
    expect(furthest(apart.bytes, together.bytes)).toBeLessThanOrEqual(1)
  })

  test('is encoded and decoded in tiles of 512 × 512 where that is asked for', async () => {
    const call = goldenCalls[0]!
    const image = gradientImage(640, 64)
    const mask = rectMask(640, 64, { x: 200, y: 8, width: 60, height: 40 })
    const fillWith = async (more: Options) => {
      const options = { ...optionsOf(call), width: 640, height: 64, steps: 1, ...more }
      const settings = { task: 'fill', ...goldenWords, seed: 1, options } as const
      return (await engine.raw!({ image, mask }, settings, quietRun, meansOf(call.model), 1)).images[0]
    }
    const [tiled, whole] = [await fillWith({ vaeTiling: true }), await fillWith({})]
    expect(tiled).toMatchObject({ width: 640, height: 64 })
    expect(tiled.data).not.toEqual(whole.data)
  })

  describe.each(['extended', 'all'] as const)('with a UNet optimised as far as %s', (optimisation) => {
    // Of its own: a session that was loaded with more would be used again for less.
    const optimising = new OnnxRuntime({ device: 'cpu', log: silentLog })
    afterAll(() => optimising.unload())

    test.each(goldenCalls)('is the one of diffusers in $name, from words to bytes', async (call) => {
      const { image, mask, made } = await goldenPictures(call)
      const settings = { task: 'fill', ...goldenWords, seed: call.seed, options: optionsOf(call) } as const
      const whole = { image: imageFromSamples(image), mask }
      const load: Runtime['load'] = (source, on, run) =>
        optimising.load(isUNet(source) ? { ...source, optimisation: () => optimisation } : source, on, run)
      const means = { ...meansOf(call.model), runtime: loadingBy(load) }
      const { images, device } = await engine.raw!(whole, settings, quietRun, means, made.length)

      expect(device.kind).toBe('cpu')
      expect(images).toHaveLength(made.length)
      images.forEach((picture, i) => {
        const expected = imageFromSamples(made[i]!)
        expect(picture).toMatchObject({ width: expected.width, height: expected.height })
        expect(furthest(picture.data, expected.data)).toBeLessThanOrEqual(1)
      })
    })
  })
})

/** The real runtime, telling how large the graph of one part is. */
function measuring(part: string, graphBytes: number[]): Runtime {
  return loadingBy((source, on, run) => {
    const model = source.model('cpu')
    if (source.key.startsWith(part) && typeof model === 'object') graphBytes.push(model.graph.length)
    return runtime.load(source, on, run)
  })
}

/** The real runtime, telling what timesteps the UNet is asked about. */
function watching(timesteps: number[]): Runtime {
  return loadingBy(async (source, on, run) => {
    const session = await runtime.load(source, on, run)
    return {
      ...session,
      run(inputs, given) {
        if (inputs.timestep) timesteps.push(Number(inputs.timestep.data[0]))
        return session.run(inputs, given)
      },
    }
  })
}

function isUNet({ key }: SessionSource): boolean {
  return key.startsWith('unet')
}

function loadingBy(load: Runtime['load']): Runtime {
  return {
    load,
    outlook: (...given) => runtime.outlook(...given),
    unload: () => runtime.unload(),
    get peakBytes() {
      return runtime.peakBytes
    },
  }
}
