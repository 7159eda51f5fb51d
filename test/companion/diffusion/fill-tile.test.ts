import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDiffusion, type Recipe } from '../../../companion/diffusion/fill-tile.ts'
import { type FoundModel, openModel } from '../../../companion/diffusion/found-model.ts'
import { Computed } from '../../../companion/diffusion/networks.ts'
import type { Numbers } from '../../../companion/diffusion/options.ts'
import { CompanionError } from '../../../companion/errors.ts'
import type { Device } from '../../../companion/protocol.ts'
import type { Tensors } from '../../../companion/runtime/child.ts'
import type { Runtime } from '../../../companion/runtime/session.ts'
import { tinyFolder } from '../../support/diffusion.ts'
import { quietRun } from '../../support/fill-job.ts'
import { gradientImage, rectMask } from '../../support/images.ts'
import { networksOfNoise } from '../../support/networks-of-noise.ts'
import { type Act, scriptedRuntime } from '../../support/scripted-runtime.ts'

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

describe('where memory is short', () => {
  const tried = {
    inTwoRuns: 'guidance was computed in two runs',
    alone: 'all else was unloaded',
    inTiles: 'the picture was encoded and decoded in tiles',
    sliced: 'attention was computed in smaller slices',
    smaller: 'the fill was computed at 75 % of its size, then the fill was computed at 50 % of its size',
    onCpu: 'the CPU computed the fill',
  }

  test.each<{ device: Device['kind']; ways: readonly (keyof typeof tried)[] }>([
    { device: 'cpu', ways: ['inTwoRuns', 'alone', 'inTiles', 'smaller'] },
    { device: 'cuda', ways: ['inTwoRuns', 'alone', 'inTiles', 'smaller', 'onCpu'] },
    { device: 'webgpu', ways: ['inTwoRuns', 'alone', 'inTiles', 'sliced', 'smaller', 'onCpu'] },
  ])('everything is tried in this order on $device: $ways', async ({ device, ways }) => {
    const filling = fill(scriptedRuntime([tooMuch], { device }), {})
    await expect(filling).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining(ways.map((way) => tried[way]).join(', then ')),
    })
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

async function fill(runtime: Runtime, numbers: Partial<Numbers>): Promise<{ notes: readonly string[] }> {
  const recipe: Recipe = {
    ...{ model, lora: null },
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
