import { describe, expect, test } from 'vitest'
import { createGenerator } from '../../../../companion/diffusion/noise.ts'
import { stableDiffusionNoise } from '../../../../companion/diffusion/schedulers/config.ts'
import { type SchedulerId, schedulers } from '../../../../companion/diffusion/schedulers/index.ts'
import type { SchedulerConfig } from '../../../../companion/diffusion/schedulers/scheduler.ts'
import { diffusionPath } from '../../../support/diffusion.ts'
import { readReference, type Values } from '../../../support/reference.ts'

// The order in which the reference was made, on which its seeds depend.
const cases: readonly { readonly name: string; readonly id: SchedulerId; readonly eta?: number }[] = [
  { name: 'ddim-eta0', id: 'ddim' },
  { name: 'ddim-eta0.3', id: 'ddim', eta: 0.3 },
  { name: 'ddim-eta1', id: 'ddim', eta: 1 },
  { name: 'ddpm', id: 'ddpm' },
  { name: 'pndm', id: 'pndm' },
  { name: 'euler', id: 'euler' },
  { name: 'euler-ancestral', id: 'euler-a' },
  { name: 'dpmpp-2m', id: 'dpmpp-2m' },
  { name: 'dpmpp-2m-karras', id: 'dpmpp-2m-karras' },
  { name: 'unipc', id: 'unipc' },
  { name: 'lcm', id: 'lcm' },
]

const runs = [
  { steps: 4, strength: 1 },
  { steps: 4, strength: 0.7 },
  { steps: 10, strength: 1 },
  { steps: 10, strength: 0.99 },
  { steps: 20, strength: 1 },
  { steps: 20, strength: 0.7 },
  { steps: 50, strength: 1 },
]

describe.each(cases.map((one, index) => ({ ...one, index })))('$name', ({ name, id, eta = 0, index }) => {
  test.each(runs.map((run, number) => ({ ...run, seed: 700 + 20 * index + number })))(
    'follows diffusers through $steps steps of strength $strength',
    async ({ steps, strength, seed }) => {
      const reference = await readReference(diffusionPath('schedulers', `${name}.safetensors`))
      const begun = begin(id, stableDiffusionNoise, { steps, strength, eta, seed })
      expectToFollow(begun, reference, `N${steps}.s${strength}`)
    },
  )
})

const trailing: typeof cases = [
  { name: 'ddim-eta0', id: 'ddim' },
  { name: 'ddpm', id: 'ddpm' },
  { name: 'pndm', id: 'pndm' },
  { name: 'euler', id: 'euler' },
  { name: 'euler-ancestral', id: 'euler-a' },
  { name: 'dpmpp-2m', id: 'dpmpp-2m' },
  { name: 'unipc', id: 'unipc' },
]

const fewSteps = [
  { steps: 4, strength: 1 },
  { steps: 8, strength: 1 },
  { steps: 8, strength: 0.7 },
]

describe.each(trailing.map((one, index) => ({ ...one, index })))(
  '$name with trailing timesteps',
  ({ name, id, index }) => {
    test.each(fewSteps.map((run, number) => ({ ...run, seed: 950 + 20 * index + number })))(
      'follows diffusers through $steps steps of strength $strength',
      async ({ steps, strength, seed }) => {
        const reference = await readReference(diffusionPath('schedulers', 'trailing.safetensors'))
        const config = { ...stableDiffusionNoise, timestepSpacing: 'trailing' } as const
        const begun = begin(id, config, { steps, strength, eta: 0, seed })
        expectToFollow(begun, reference, `${name}.N${steps}.s${strength}`)
      },
    )
  },
)

/** The reference's latents are 60 numbers, of which it kept the first. */
const [drawn, kept] = [60, 12]

function begin(
  id: SchedulerId,
  config: SchedulerConfig,
  { seed, ...run }: { steps: number; strength: number; eta: number; seed: number },
) {
  const generator = createGenerator(seed)
  const normal = () => generator.normal(drawn).slice(0, kept)
  const [init, noise] = [normal(), normal()]
  const scheduler = schedulers[id](config, { ...run, normal })
  const start =
    run.strength === 1
      ? noise.map((value) => value * scheduler.initNoiseSigma)
      : scheduler.addNoise(init, noise)
  return { start, scheduler }
}

/** @param key Of the run, in the file. */
function expectToFollow(
  { start, scheduler }: ReturnType<typeof begin>,
  reference: (name: string) => Values,
  key: string,
): void {
  expect(scheduler.timesteps).toEqual([...reference(`${key}.timesteps`).data])
  const [xs, outputs] = [rowsOf(reference(`${key}.x`)), rowsOf(reference(`${key}.e`))]
  expectClose(start, xs[0]!)
  let x = start
  for (const [step, output] of outputs.entries()) {
    x = scheduler.step(output, x, step).x
    expectClose(x, xs[step + 1]!)
  }
}

function rowsOf({ shape, data }: Values): Float32Array[] {
  return Array.from({ length: shape[0]! }, (_, row) => data.slice(row * kept, (row + 1) * kept))
}

/** Within 2e-5 of each value, or of 1 where it is smaller. */
function expectClose(actual: Float32Array, expected: Float32Array): void {
  const off = actual.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!)))
  expect(Math.max(...off)).toBeLessThanOrEqual(2e-5)
}
