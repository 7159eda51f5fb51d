import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDiffusion, type Recipe } from '../../../companion/diffusion/fill-tile.ts'
import { type FoundModel, openModel } from '../../../companion/diffusion/found-model.ts'
import { neededBytes } from '../../../companion/diffusion/needed-bytes.ts'
import { Computed } from '../../../companion/diffusion/networks.ts'
import type { Numbers } from '../../../companion/diffusion/options.ts'
import { CompanionError } from '../../../companion/errors.ts'
import type { Device } from '../../../companion/protocol.ts'
import type { Optimisation, Tensors } from '../../../companion/runtime/child.ts'
import { providerOf } from '../../../companion/runtime/device.ts'
import type { Runtime } from '../../../companion/runtime/session.ts'
import { tinyFolder } from '../../support/diffusion.ts'
import { quietRun } from '../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../support/images.ts'
import { networksOfNoise } from '../../support/networks-of-noise.ts'
import { type Act, type ScriptedRuntime, scriptedRuntime } from '../../support/scripted-runtime.ts'

let folder: string
let model: FoundModel
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'infill-'))
  model = await openModel(tinyFolder('sd15-tiny', folder))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a fill of few steps', () => {
  test.each([
    { steps: 4, timesteps: [999, 749, 499, 249] },
    { steps: 10, timesteps: [901, 801, 701, 601, 501, 401, 301, 201, 101, 1] },
  ])('of $steps evaluates the timesteps $timesteps', async ({ steps, timesteps }) => {
    const runtime = scriptedRuntime([networksOfNoise])
    await fill(runtime, { steps, guidance: 1 })
    const evaluated = runtime.runs.flatMap(({ timestep }) => (timestep ? [Number(timestep.data[0])] : []))
    expect(evaluated).toEqual(timesteps)
  })
})

describe('the UNet', () => {
  test.each<{
    what: string
    steps: number
    withLora?: true
    device?: 'cuda'
    expected: Optimisation
  }>([
    { what: 'less for few steps', steps: few, expected: 'extended' },
    { what: 'all the way for many', steps: many, expected: 'all' },
    { what: 'less for many steps with a LoRA', steps: many, withLora: true, expected: 'extended' },
    { what: 'less for many steps on a card', steps: many, device: 'cuda', expected: 'extended' },
  ])('is optimised $what', async ({ steps, withLora, device, expected }) => {
    const { runtime, asked } = watchingUNet(device)
    const lora = withLora === undefined ? null : { ...model.unet, checkpoint: new Map() }
    await fill(runtime, { steps }, lora)
    expect(asked).toHaveLength(steps)
    expect(new Set(asked)).toEqual(new Set([expected]))
  })
})

describe('where memory is short', () => {
  const tried = {
    lean: 'the network was loaded in a smaller, slower form',
    inTwoRuns: 'guidance was computed in two runs',
    alone: 'all else was unloaded',
    inTiles: 'the picture was encoded and decoded in tiles',
    sliced: 'attention was computed in smaller slices',
    smaller: 'the fill was computed at 75 % of its size, then the fill was computed at 50 % of its size',
    onCpu: 'the CPU computed the fill',
  }

  test.each<{ device: Device['kind']; steps: number; ways: readonly (keyof typeof tried)[] }>([
    { device: 'cpu', steps: few, ways: ['inTwoRuns', 'alone', 'inTiles', 'smaller'] },
    { device: 'cpu', steps: many, ways: ['lean', 'inTwoRuns', 'alone', 'inTiles', 'smaller'] },
    { device: 'cuda', steps: many, ways: ['inTwoRuns', 'alone', 'inTiles', 'smaller', 'onCpu'] },
    { device: 'webgpu', steps: few, ways: ['inTwoRuns', 'alone', 'inTiles', 'sliced', 'smaller', 'onCpu'] },
  ])('everything is tried in this order on $device for $steps steps: $ways', async (one) => {
    const { device, steps, ways } = one
    const filling = fill(scriptedRuntime([tooMuch], { device }), { steps })
    await expect(filling).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining(ways.map((way) => tried[way]).join(', then ')),
    })
  })

  test('the network is loaded in its smaller form before anything else is given up', async () => {
    const { runtime, asked } = watchingUNet()
    const lean = { ...leanWay, rowsAtOnce: 2 } as const
    runtime.budgetBytes = neededBytes(model, { width: 256, height: 192 }, lean, 'cpu')
    expect((await fill(runtime, { steps: many })).notes).toEqual([`Memory was short, so ${tried.lean}.`])
    expect(new Set(asked)).toEqual(new Set(['extended']))
    expect(new Set(rowsOf(runtime.runs))).toEqual(new Set([2]))
  })

  test('one run for each row is enough where there is room for one', async () => {
    const runtime = scriptedRuntime([onlyWhere((rows) => rows === 1)])
    const { notes } = await fill(runtime, {})
    expect(notes).toEqual(['Memory was short, so guidance was computed in two runs.'])
    expect(rowsOf(runtime.runs)).toEqual([2, 1, 1, 1, 1])
  })

  test('everything that is loaded is given back where there is room for one fill alone', async () => {
    const runtime = scriptedRuntime([
      (inputs) => (runtime.unloads === 0 ? tooMuch(inputs) : networksOfNoise(inputs)),
    ])
    expect((await fill(runtime, {})).notes).toEqual([`Memory was short, so ${tried.alone}.`])
    expect(runtime.unloads).toBe(1)
  })

  test.each([
    { part: 'encoder', way: 'inTiles', measure: 'in tiles of 32' },
    { part: 'unet', way: 'sliced', measure: '256 queries' },
  ] as const)(
    'the $part computes $measure where there is room for no more',
    async ({ part, way, measure }) => {
      const scripted = scriptedRuntime([networksOfNoise], { device: 'webgpu' })
      const runtime: Runtime = {
        ...scripted,
        load(source, on, run) {
          const fits = !source.key.startsWith(part) || source.key.includes(measure)
          return fits ? scripted.load(source, on, run) : Promise.reject(outOfMemory)
        },
      }
      expect((await fill(runtime, {})).notes).toEqual([`Memory was short, so ${tried[way]}.`])
    },
  )

  test('nothing is done otherwise where there is enough', async () => {
    const runtime = scriptedRuntime([networksOfNoise])
    expect((await fill(runtime, {})).notes).toEqual([])
    expect(rowsOf(runtime.runs)).toEqual([2, 2])
  })
})

/** For a fill of 256 × 192 with guidance: so many that the longer loading pays, and so few that it does not. */
const [many, few] = [54, 2]

const leanWay = { tileSide: undefined, precision: 'usual', optimisation: 'extended' } as const

/** A runtime, and how far each load of the UNet is to be optimised there. */
function watchingUNet(device: 'cpu' | 'cuda' = 'cpu') {
  const asked: (Optimisation | undefined)[] = []
  const scripted = scriptedRuntime([networksOfNoise], { device })
  const runtime: ScriptedRuntime = {
    ...scripted,
    load(source, on, run) {
      if (source.key.startsWith('unet')) asked.push(source.optimisation?.(providerOf[device]))
      return scripted.load(source, on, run)
    },
  }
  return { asked, runtime }
}

const outOfMemory = new CompanionError('out-of-memory', 'Too little.')

const tooMuch = (_inputs: Tensors): never => {
  throw outOfMemory
}

function onlyWhere(fits: (rows: number) => boolean): Act {
  return (inputs) => {
    return inputs.sample && !fits(inputs.sample.shape[0]!) ? tooMuch(inputs) : networksOfNoise(inputs)
  }
}

/** Of the UNet's runs. */
function rowsOf(runs: readonly Tensors[]): number[] {
  return runs.flatMap(({ sample }) => (sample ? [sample.shape[0]!] : []))
}

async function fill(
  runtime: Runtime,
  numbers: Partial<Numbers>,
  lora: Recipe['lora'] = null,
): Promise<{ notes: readonly string[] }> {
  const recipe: Recipe = {
    ...{ model, lora },
    numbers: { ...usual, ...numbers },
    guide: async (networks, way, run) => ({
      positive: await networks.embed('a red vase', way, run),
      negative: (numbers.guidance ?? usual.guidance) > 1 ? await networks.embed('', way, run) : null,
      scale: numbers.guidance ?? usual.guidance,
      rescale: 0,
    }),
  }
  const files = () => Promise.reject(new Error('Expected no installed model to be asked for.'))
  const opened = await openDiffusion({ runtime, files }, new Computed(), async () => recipe)
  const tile = {
    image: gradientImage(90, 70),
    mask: rectMask(90, 70, { x: 30, y: 20, width: 28, height: 24 }),
    avoid: null,
  }
  const settings = { task: 'fill', prompt: '', negativePrompt: '', seed: 7, options: {} } as const
  await opened.fill(tile, settings, quietRun)
  return { notes: opened.notes ?? [] }
}

const usual: Numbers = { steps: 2, guidance: 3, strength: 1, scheduler: 'ddim', eta: 0, size: 256 }
