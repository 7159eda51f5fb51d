import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCard } from '../../../companion/gpu/card.ts'
import { absence, shippedProviders } from '../../../companion/runtime/device.ts'
import { tryDevice } from '../../../companion/runtime/examine.ts'
import { tinyFolder } from '../../support/diffusion.ts'
import { benchDiffusion } from '../diffusion/bench.ts'
import type { DiffusionBenchOptions } from '../diffusion/command.ts'
import { writeRandomModel } from '../diffusion/random-model.ts'
import { benchModels } from '../models/bench.ts'
import type { GpuBenchOptions } from './command.ts'
import { comparePictures, fillMany } from './parity.ts'

const square = (side: number) => ({ width: side, height: side })

/** Prints times and memory beside PyTorch's, then how near the card comes to the CPU. Without a card it says so, and does nothing. */
export async function benchGpu({ checkout, inputs, device }: GpuBenchOptions): Promise<void> {
  const lack = absence(device, shippedProviders()) ?? (await tryDevice(device))
  if (lack !== null) {
    console.log(`Skipped: ${lack}`)
    return
  }
  const card = await findCard()
  if (card !== null) console.log(`${card.name}, driver ${card.driver}`)
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  try {
    const large = writeRandomModel(folder, '1.5')
    const tiny = tinyFolder('sd15-tiny', join(folder, 'tiny'))
    const usual: Omit<DiffusionBenchOptions, 'only' | 'rows' | 'runs' | 'steps'> = {
      model: '1.5',
      weights: large,
      layout: 'diffusers',
      size: square(512),
      peers: true,
      device,
    }
    await benchDiffusion({ ...usual, only: ['unet'], rows: 2, runs: 20, steps: 1 })
    await benchDiffusion({ ...usual, only: ['fill', 'first-fill'], rows: 1, runs: 5, steps: 20 })
    const sizes = [512, 1024, 2048].map(square)
    await benchModels({ sizes, runs: 10, checkout, table: null, large: false, device })

    console.log('\nThe same fill here in float16 and on the CPU in float32 (aim: 45 dB, at least 40)')
    for (const [name, model, size] of [
      ['tiny', tiny, { width: 256, height: 192 }],
      ['full size', large, square(512)],
    ] as const) {
      console.log(`  ${name}: ${(await comparePictures(model, size, device)).toFixed(1)} dB`)
    }
    const filled = await fillMany(tiny, { width: 128, height: 64 }, inputs, device)
    console.log(
      `  ${filled} of ${inputs} random pictures were filled, none with values that are no numbers, or with one colour`,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}
