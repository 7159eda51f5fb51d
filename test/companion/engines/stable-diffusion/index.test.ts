import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { FillSettings, Means, Tile } from '../../../../companion/engines/engine.ts'
import { createPatchmatch } from '../../../../companion/engines/patchmatch/index.ts'
import { createStableDiffusion } from '../../../../companion/engines/stable-diffusion/index.ts'
import { CompanionError } from '../../../../companion/errors.ts'
import { unite } from '../../../../companion/image/mask.ts'
import { silentLog } from '../../../../companion/log.ts'
import type { Options } from '../../../../companion/protocol.ts'
import type { Progress } from '../../../../companion/run.ts'
import type { Tensors } from '../../../../companion/runtime/child.ts'
import { OnnxRuntime, type Runtime } from '../../../../companion/runtime/session.ts'
import { tinyFolder } from '../../../support/diffusion.ts'
import { pngOf } from '../../../support/encoded.ts'
import { fillJob, patchesOf, quietRun } from '../../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../../support/images.ts'
import { magentaPixels, withMagentaHole } from '../../../support/magenta-hole.ts'
import { networksOfNoise } from '../../../support/networks-of-noise.ts'
import { writeSafetensors } from '../../../support/safetensors.ts'
import { scriptedRuntime } from '../../../support/scripted-runtime.ts'
import { standInProcess } from '../../../support/stand-in-process.ts'
import { noise } from '../../../support/weights.ts'

let onnx: OnnxRuntime
let folder: string
beforeAll(() => {
  onnx = new OnnxRuntime({ device: 'cpu', log: silentLog })
  folder = tinyFolder('sd15-tiny', mkdtempSync(join(tmpdir(), 'infill-')))
})
afterAll(async () => {
  await onnx.unload()
  rmSync(folder, { recursive: true })
})

const changing = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q'
const image = gradientImage(90, 70)
const mask = rectMask(90, 70, { x: 30, y: 20, width: 28, height: 24 })
const tile: Tile = { image, mask, avoid: null }

describe('Stable Diffusion', () => {
  test('works at the size that was asked for, and gives the tile back at its own', async () => {
    const { runtime, runs } = watched()
    const fill = await filled({ runtime })

    expect(fill).toMatchObject({ width: 90, height: 70 })
    expect(runs.map(({ part, shape }) => [part, shape])).toEqual([
      ['text encoder', [1, 77]],
      ['text encoder', [1, 77]],
      ['encoder', [1, 3, 192, 256]],
      ['unet', [2, 9, 24, 32]],
      ['unet', [2, 9, 24, 32]],
      ['decoder', [1, 4, 24, 32]],
    ])
  })

  test('does not look at what lies in the hole', async () => {
    expect((await filled({ tile: { ...tile, image: withOtherHole(image) } })).data).toEqual(
      (await filled({})).data,
    )
  })

  test('takes what is transparent for unknown, not for black', async () => {
    const open = {
      ...image,
      data: image.data.map((value, i) => (i < 4 * 90 * 12 && i % 4 === 3 ? 0 : value)),
    }
    const unknown = unite(mask, rectMask(90, 70, { x: 0, y: 0, width: 90, height: 12 }))
    const [seen, hidden] = [
      await filled({ tile: { ...tile, image: open } }),
      await filled({ tile: { ...tile, image: open, mask: unknown } }),
    ]
    expect(seen.data).toEqual(hidden.data)
  })

  test('without guidance evaluates once a step, for no second prompt', async () => {
    const { runtime, runs } = watched()
    await filled({ runtime, options: { guidance: 1 } })

    expect(runs.map(({ part, shape }) => [part, shape[0]])).toEqual([
      ['text encoder', 1],
      ['encoder', 1],
      ['unet', 1],
      ['unet', 1],
      ['decoder', 1],
    ])
  })

  test('keeps what it knows of words and pictures, and the UNet’s session', async () => {
    const { runtime, runs, loads } = watched()
    const engine = createStableDiffusion()
    await filled({ runtime, engine })
    const [before, loaded] = [runs.length, loads.length]
    await filled({ runtime, engine, settings: { seed: 8 } })

    expect(runs.slice(before).map(({ part }) => part)).toEqual(['unet', 'unet', 'decoder'])
    expect(new Set(loads.slice(loaded))).toEqual(new Set(loads.filter((key) => /^(unet|decoder)/.test(key))))
  })

  test('gives variation k what seed + k gives alone', async () => {
    const [, second] = await patchesOf(await job({ seed: 5, variations: 2 }))
    const [alone] = await patchesOf(await job({ seed: 6 }))

    expect(second!.seed).toBe(6)
    expect(second!.used).toMatchObject({ steps: 2, workWidth: 256, workHeight: 192, tiles: 1 })
    expect(second!.png).toEqual(alone!.png)
  })

  test('begins with the surroundings where the strength is below 1, not with what is to go', async () => {
    const encoded: Float32Array[] = []
    const { runtime } = watched({
      onRun: ({ part }, inputs) => part === 'encoder' && encoded.push(inputs.image!.data as Float32Array),
    })
    const given = {
      prefillEngine: createPatchmatch(1),
      options: { ...quick, strength: 0.6 },
      picture: pictureOf(withMagentaHole(image, mask)),
      means: meansOf(runtime),
    }
    const [patch] = await patchesOf(await job(given))

    // The picture with its hole filled, and the one with its hole grey.
    expect(encoded).toHaveLength(2)
    expect(encoded[0]).not.toEqual(encoded[1])
    expect(encoded.map(magentaPixels)).toEqual([0, 0])
    expect(patch!.used.notes.join()).not.toContain('noise')
  })

  test('begins with noise where nothing is known, whatever the strength', async () => {
    const whole = rectMask(90, 70, { x: 0, y: 0, width: 90, height: 70 })
    const given = {
      prefillEngine: createPatchmatch(1),
      options: { ...quick, strength: 0.6 },
      mask: await pngOf(whole),
    }
    const [patch] = await patchesOf(await job(given))

    expect(patch!.used.notes).toContainEqual(expect.stringMatching(/began with noise/))
  })

  test('refines a large tile at its own size, with the network that generated the fill', async () => {
    const large = {
      image: gradientImage(800, 680),
      mask: rectMask(800, 680, { x: 300, y: 250, width: 400, height: 300 }),
    }
    const runtime = scriptedRuntime([networksOfNoise])
    const opened = await createStableDiffusion().open(quietRun, meansOf(runtime), [image])
    const settings = settingsOf({ size: 1024, guidance: 1 })
    const fill = await opened.fill({ ...large, avoid: null }, settings, quietRun)

    expect(fill).toMatchObject({ width: 800, height: 680 })
    expect(opened.worked).toEqual({ steps: 3, size: { width: 768, height: 640 } })
    expect(opened.notes).toEqual([
      'The fill was made at 512 × 448 and refined at 768 × 640, in 4 overlapping parts.',
    ])
    const ran = runtime.runs.map((inputs) => Object.entries(inputs)[0]!)
    expect(ran.map(([input, { shape }]) => [input, ...shape.slice(2)])).toEqual([
      ['input_ids'],
      ['image', 448, 512],
      ['sample', 56, 64],
      ['sample', 56, 64],
      ['latents', 56, 64],
      ['image', 640, 768],
      ['image', 640, 768],
      ...Array<unknown>(4).fill(['sample', 56, 64]),
      ['latents', 80, 96],
    ])
  })

  test('encodes and decodes in tiles above 768 pixels a side', async () => {
    const runtime = scriptedRuntime([networksOfNoise])
    const keys: string[] = []
    const watching: Runtime = {
      ...runtime,
      load(source, on, run) {
        keys.push(source.key)
        return runtime.load(source, on, run)
      },
    }
    const opened = await createStableDiffusion().open(quietRun, meansOf(watching), [image])
    const wide = {
      image: gradientImage(832, 640),
      mask: rectMask(832, 640, { x: 300, y: 250, width: 400, height: 300 }),
    }
    await opened.fill({ ...wide, avoid: null }, settingsOf({ size: 1024, guidance: 1 }), quietRun)

    const ofVae = keys.filter((key) => /^(encoder|decoder)/.test(key))
    const sizes = ofVae.map((key) => /\d+ × \d+ in tiles of \w+/.exec(key)![0])
    expect([...new Set(sizes)]).toEqual(['576 × 448 in tiles of all', '832 × 640 in tiles of 64'])
  })

  test.each([
    [{ quality: 'best' }, 1024],
    [{ quality: 'best', size: 640 }, 640],
    [{ quality: 'balanced' }, 512],
  ])('with %j sees as much of a picture as it works on', (options, side) => {
    expect(createStableDiffusion().limitsFor!(options).contextPixels).toBe(side ** 2)
  })

  test('says how long loading took', async () => {
    const [patch] = await patchesOf(await job({}))
    expect(patch!.used.ms.load).toBeGreaterThan(0)
  })

  test('reports each step, and shows what will come when asked to', async () => {
    const reports: Progress[] = []
    const run = { ...quietRun, onProgress: (progress: Progress) => reports.push(progress) }
    await filled({ run, options: { steps: 5, preview: true } })

    const of = (stage: string) => reports.filter((report) => report.stage === stage)
    expect(of('load').map(({ done, total }) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
    expect(of('fill').map(({ done, total, preview }) => [done, total, preview !== undefined])).toEqual([
      [1, 6, false],
      [2, 6, false],
      [3, 6, false],
      [4, 6, true],
      [5, 6, true],
      [6, 6, false],
    ])
    const { preview } = reports.find((report) => report.preview !== undefined)!
    expect(Buffer.from(preview!).subarray(1, 4).toString()).toBe('PNG')
  })

  test('can be cancelled in the middle of a step, and fills again afterwards', async () => {
    const cancelling = new AbortController()
    const reason = new Error('enough')
    const { runtime, runs } = watched({
      onRun: ({ part }) => part === 'unet' && queueMicrotask(() => cancelling.abort(reason)),
    })
    const engine = createStableDiffusion()
    const running = filled({ runtime, engine, run: { ...quietRun, signal: cancelling.signal } })

    await expect(running).rejects.toBe(reason)
    expect(runs.filter(({ part }) => part === 'unet')).toHaveLength(1)
    expect((await filled({ engine })).data).toEqual((await filled({})).data)
  })

  test('gives a step up that would take for ever, and leaves nothing of it behind', async () => {
    const script = standInProcess(stuckInSecondStep)
    const runtime = new OnnxRuntime({ device: 'cpu', log: silentLog, script })
    onTestFinished(() => runtime.unload())
    const cancelling = new AbortController()
    const reason = new Error('enough')
    const steps: number[] = []
    const onProgress = ({ stage, done }: Progress) => {
      if (stage !== 'fill') return
      steps.push(done)
      setImmediate(() => cancelling.abort(reason))
    }
    const run = { signal: cancelling.signal, onProgress }

    await expect(filled({ runtime, options: { guidance: 1 }, run })).rejects.toBe(reason)
    expect(steps).toEqual([1])
    expect(runtime.peakBytes).toBe(0)
    const pid = Number(readFileSync(join(dirname(script), 'pid'), 'utf8'))
    await runtime.unload()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test.each([
    ['guidance was computed in two runs', ({ part, shape }: Ran) => part === 'unet' && shape[0] === 2],
    ['the fill was computed at 50 % of its size', ({ shape }: Ran) => shape.length === 4 && shape[3]! > 160],
  ])('steps down when memory is short: %s', async (what, isTooMuch) => {
    const { runtime } = watched({
      onRun: (ran) => {
        const isLarge = ran.part === 'encoder' || ran.part === 'unet'
        if (isLarge && isTooMuch(ran)) throw new CompanionError('out-of-memory', 'Too little.')
      },
    })
    const opened = await createStableDiffusion().open(quietRun, meansOf(runtime), [image])
    await opened.fill(tile, settingsOf({}), quietRun)

    expect(opened.notes).toEqual([`Memory was short, so ${what}.`])
  })

  test('says how much memory it lacks before it is taken', async () => {
    const outlook = async () => ({ kind: 'cpu', budgetBytes: 1e6 }) as const
    const runtime = { ...watched().runtime, outlook }
    await expect(filled({ runtime })).rejects.toMatchObject({ code: 'out-of-memory' })
  })

  test('goes by the memory of the card where that computes', async () => {
    const { runtime } = watched()
    const short: Runtime = {
      ...runtime,
      async load(source, on, run) {
        const session = await runtime.load(source, on, run)
        if (on === 'cpu') return session
        return { ...session, device: { kind: 'cuda', name: 'a card', precision: 'fp16' } }
      },
      outlook: async (_, on) => ({
        kind: on === 'cpu' ? 'cpu' : 'cuda',
        budgetBytes: on === 'cpu' ? null : 0.5e9,
      }),
    }
    const opened = await createStableDiffusion().open(quietRun, meansOf(short), [image])
    await opened.fill(tile, settingsOf({}), quietRun)
    expect(opened.notes).toEqual(['Memory was short, so the CPU computed the fill.'])
  })

  test('refuses what are no numbers', async () => {
    const { runtime } = watched({ change: withoutNumbers })
    await expect(filled({ runtime })).rejects.toMatchObject({ code: 'model-damaged' })
  })

  test('computes in float32 what float16 made no picture of, on the same card', async () => {
    const { runtime } = watched()
    const overflowing: Runtime = {
      ...runtime,
      async load(source, on, run) {
        const session = await runtime.load(source, on, run)
        const isHalf = source.precision?.('cuda') === 'float16'
        const device = { kind: 'cuda', name: 'a card', precision: isHalf ? 'fp16' : 'fp32' } as const
        if (!isHalf) return { ...session, device }
        return { ...session, device, run: async (...given) => withoutNumbers(await session.run(...given)) }
      },
      outlook: async () => ({ kind: 'cuda', budgetBytes: null }),
    }
    const opened = await createStableDiffusion().open(quietRun, meansOf(overflowing), [image])
    const fill = await opened.fill(tile, settingsOf({}), quietRun)

    expect(opened.notes).toEqual(['The first result was no picture, so it was computed in float32.'])
    expect(opened.device).toMatchObject({ kind: 'cuda', precision: 'fp32' })
    expect(fill.data).toEqual((await filled({})).data)
  })

  test('lets the CPU compute what a graphics card made no picture of', async () => {
    const { runtime } = watched()
    const failing: Runtime = {
      ...runtime,
      async load(source, on, run) {
        const session = await runtime.load(source, on, run)
        if (on === 'cpu') return session
        const device = { kind: 'cuda', name: 'a card', precision: 'fp32' } as const
        return { ...session, device, run: async (...given) => withoutNumbers(await session.run(...given)) }
      },
      outlook: async (_, on) => ({ kind: on === 'cpu' ? 'cpu' : 'cuda', budgetBytes: null }),
    }
    const opened = await createStableDiffusion().open(quietRun, meansOf(failing), [image])
    const fill = await opened.fill(tile, settingsOf({}), quietRun)

    expect(opened.notes).toEqual(['The first result was no picture, so the CPU computed the fill.'])
    expect(opened.device.kind).toBe('cpu')
    expect(fill.data).toEqual((await filled({})).data)
  })

  test('says so where a folder holds another kind of network', async () => {
    const other = tinyFolder('sd15-tiny', mkdtempSync(join(tmpdir(), 'infill-')))
    const weights = ['vae', 'unet'].map((part) =>
      join(other, part, 'diffusion_pytorch_model.fp16.safetensors'),
    )
    copyFileSync(weights[0]!, weights[1]!)
    const engine = await createStableDiffusion().open(quietRun, { ...meansOf(onnx), checkpoint: other }, [
      image,
    ])

    const filling = engine.fill(tile, settingsOf({}), quietRun)
    await expect(filling).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('diffusion_pytorch_model.fp16.safetensors is no Stable Diffusion'),
    })
    rmSync(other, { recursive: true })
  })

  test('fills in four steps with LCM-LoRA', async () => {
    const { runtime, runs } = watched()
    const options = { preset: 'few-steps', quality: 'balanced', size: 256 } as const
    const fillWith = async (factor: number) => {
      writeLora(changing, [4, 6, 6, 4], factor)
      const opened = await createStableDiffusion().open(quietRun, meansOf(runtime), [image])
      return (await opened.fill(tile, { ...settingsOf({}), options }, quietRun)).data
    }
    const [some, none] = [await fillWith(1), await fillWith(0)]

    expect(runs.filter(({ part }) => part === 'unet')).toHaveLength(2 * 4)
    expect(some).not.toEqual(none)
  })

  test.each([
    [
      'changes a layer that the model lacks',
      'lora_unet_down_blocks_7_conv',
      [4, 6, 6, 4],
      /no place for lora_unet_down_blocks_7/,
    ],
    ['is for a wider network', changing, [4, 320, 320, 4], /is no LoRA for this model/],
    ['changes nothing', 'lora_te_text_model', [4, 6, 6, 4], /changes nothing/],
  ])('refuses a LoRA that %s', async (_, layer, shapes, sentence) => {
    writeLora(layer, shapes, 1)
    await expect(filled({ options: { preset: 'few-steps' } })).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringMatching(sentence),
    })
  })

  test('has LCM-LoRA for 1.5 only', async () => {
    const options = { preset: 'few-steps', model: '2' }
    await expect(filled({ options })).rejects.toMatchObject({ code: 'option-invalid' })
  })

  test('says which model is not installed', async () => {
    const files: Means['files'] = async (id) => {
      throw new CompanionError('model-missing', `${id} is not installed.`)
    }
    const engine = await createStableDiffusion().open(quietRun, { runtime: onnx, files }, [image])
    const missing = (options: Options) => engine.fill(tile, settingsOf(options), quietRun)

    await expect(missing({})).rejects.toThrow('stable-diffusion-2 is not installed.')
    await expect(missing({ model: '1.5' })).rejects.toThrow('stable-diffusion-1-5 is not installed.')
  })
})

/** Stands in for ONNX Runtime with networks whose outputs are zeros; the UNet's second run never ends. */
const stuckInSecondStep = `
  import { writeFileSync } from 'node:fs'
  writeFileSync(new URL('pid', import.meta.url), String(process.pid))
  const zeros = (...shape) => ({ type: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b)) })
  let steps = 0
  greet()
  onRequest(({ id, type, inputs = {} }) => {
    if (type === 'load') return say({ id, type: 'loaded', inputs: [], outputs: [] })
    const { image, sample } = inputs
    if (sample && ++steps === 2) for (;;);
    const outputs = {
      last_hidden_state: zeros(1, 77, 6),
      ...(image && { moments: zeros(1, 8, image.shape[2] / 8, image.shape[3] / 8) }),
      ...(sample && { out_sample: zeros(1, 4, sample.shape[2], sample.shape[3]) }),
    }
    say({ id, type: 'ran', outputs })
  })`

/** @param shapes Of A, then of B. */
function writeLora(layer: string, shapes: readonly number[], factor: number): void {
  const [rank, inputs, outputs, rankOfB] = shapes as [number, number, number, number]
  const b = noise([outputs, rankOfB], 4)
  writeSafetensors(join(folder, 'pytorch_lora_weights.safetensors'), {
    [`${layer}.lora_down.weight`]: noise([rank, inputs], 3),
    [`${layer}.lora_up.weight`]: { ...b, data: b.data.map((value) => value * factor) },
    [`${layer}.alpha`]: { shape: [], data: Float32Array.of(rank) },
  })
}

const quick = { steps: 2, size: 256, quality: 'balanced' } as const

function settingsOf(options: Options, settings: Partial<FillSettings> = {}): FillSettings {
  return {
    ...{ task: 'fill', prompt: 'a red vase', negativePrompt: 'blurry', seed: 7 },
    ...settings,
    options: { ...quick, ...options },
  }
}

interface Filled {
  readonly runtime?: Runtime
  readonly engine?: ReturnType<typeof createStableDiffusion>
  readonly tile?: Tile
  readonly options?: Options
  readonly settings?: Partial<FillSettings>
  readonly run?: typeof quietRun
}

async function filled({ runtime = onnx, engine = createStableDiffusion(), ...given }: Filled) {
  const opened = await engine.open(quietRun, meansOf(runtime), [image])
  const settings = settingsOf(given.options ?? {}, given.settings)
  return opened.fill(given.tile ?? tile, settings, given.run ?? quietRun)
}

function meansOf(runtime: Runtime): Means {
  const lora = 'pytorch_lora_weights.safetensors'
  return { runtime, checkpoint: folder, files: async () => new Map([[lora, join(folder, lora)]]) }
}

async function job(changes: Partial<ReturnType<typeof fillJob>>) {
  return fillJob({
    ...{ engine: createStableDiffusion(), means: meansOf(onnx), task: 'fill', prompt: 'a red vase' },
    ...{ picture: pictureOf(image), mask: await pngOf(mask), options: quick },
    ...changes,
  })
}

function pictureOf(picture: typeof image) {
  return { image: picture, fills: null, iccProfile: null, notes: [] }
}

function withOtherHole(picture: typeof image) {
  // Wherever the mask may have grown to.
  const near = rectMask(90, 70, { x: 34, y: 24, width: 20, height: 16 })
  return {
    ...picture,
    data: picture.data.map((value, i) => (near.data[i >> 2] === 255 && i % 4 < 3 ? 9 : value)),
  }
}

function withoutNumbers({ out_sample, ...others }: Tensors): Tensors {
  if (out_sample?.type !== 'float32') return others
  return { out_sample: { ...out_sample, data: out_sample.data.map(() => Number.NaN) } }
}

interface Ran {
  readonly part: string
  /** Of the first input. */
  readonly shape: readonly number[]
}

/** The real runtime, and what is asked of it. */
function watched({
  onRun = () => {},
  change = (outputs) => outputs,
}: {
  onRun?: (ran: Ran, inputs: Tensors) => unknown
  change?: (outputs: Tensors) => Tensors
} = {}) {
  const loads: string[] = []
  const runs: Ran[] = []
  const runtime: Runtime = {
    async load(source, on, run) {
      const part = /^(text encoder|encoder|unet|decoder)/.exec(source.key)![0]
      loads.push(source.key)
      const session = await onnx.load(source, on, run)
      return {
        ...session,
        async run(inputs, given) {
          const ran = { part, shape: Object.values(inputs)[0]!.shape }
          runs.push(ran)
          onRun(ran, inputs)
          return change(await session.run(inputs, given))
        },
      }
    },
    unload: () => onnx.unload(),
    outlook: (...given) => onnx.outlook(...given),
    get peakBytes() {
      return onnx.peakBytes
    },
  }
  return { runtime, loads, runs }
}
