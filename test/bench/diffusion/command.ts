import { Command, InvalidArgumentError, Option } from 'commander'
import type { Size } from '../../../companion/image/image.ts'
import type { Optimisation } from '../../../companion/runtime/child.ts'
import type { BenchDevice } from './contestant.ts'

/**
 * What is measured, each in processes of its own. load: of the UNet, time and again; first-fill: the first one beside the later
 * ones, and cancel: in the middle of a step, both by Infill alone.
 */
export const pieces = [
  'load',
  'unet',
  'text-encoder',
  'encoder',
  'decoder',
  'fill',
  'first-fill',
  'cancel',
] as const
export type Piece = (typeof pieces)[number]

export const benchModels = ['1.5', '2', 'powerpaint'] as const
export type BenchModel = (typeof benchModels)[number]

/** What stands on the command line. */
export interface DiffusionBenchOptions {
  readonly model: BenchModel
  /** A model to be measured; null: one of random weights is made. */
  readonly weights: string | null
  readonly layout: 'diffusers' | 'single-file'
  readonly only: readonly Piece[]
  /** Of the picture. */
  readonly size: Size
  readonly runs: number
  /** Of the whole fill. */
  readonly steps: number
  readonly peers: boolean
  readonly device: BenchDevice
  readonly rows: 1 | 2
  /** Merged into the UNet of `load` and `unet`; null: none. */
  readonly lora: string | null
  /** Of the UNet of `load` and `unet` on the CPU. */
  readonly optimisation: Optimisation
}

export const diffusionCommand = new Command('diffusion')
  .description(
    'Stable Diffusion and PowerPaint at full size with random weights: time and memory, beside diffusers',
  )
  .addOption(new Option('--model <name>').choices([...benchModels]).default('1.5'))
  .option('--weights <path>', 'a model of yours, as for infill fill --weights', (text) => text, null)
  .addOption(
    new Option('--layout <name>', 'of the random model')
      .choices(['diffusers', 'single-file'])
      .default('diffusers'),
  )
  .option('--only <names>', `some of ${pieces.join(', ')}, separated by commas`, toPieces, pieces)
  .option('--size <size>', 'width × height of the picture', toSize, { width: 512, height: 512 })
  .option('--runs <number>', 'the median is taken of so many', toCount, 5)
  .option('--steps <number>', 'of the whole fill', toCount, 5)
  .option('--no-peers', 'Infill alone')
  .addOption(
    new Option('--device <name>', 'float32 on the CPU, float16 on an NVIDIA card')
      .choices(['cpu', 'cuda'])
      .default('cpu'),
  )
  .option('--rows <number>', 'that the UNet is given at once: 2 as with guidance', toRows, 1)
  .option('--lora <file>', 'for the UNet of load and unet, by Infill alone', (text) => text, null)
  .addOption(
    new Option('--optimisation <name>', 'of the UNet of load and unet; a fill chooses its own')
      .choices(['extended', 'all'])
      .default('extended'),
  )
  .action(async (options: DiffusionBenchOptions) => {
    const { benchDiffusion } = await import('./bench.ts')
    await benchDiffusion(options)
  })

function toPieces(text: string): readonly Piece[] {
  return text.split(',').map((name) => {
    const piece = pieces.find((each) => each === name)
    if (piece === undefined) throw new InvalidArgumentError(`Expected some of ${pieces.join(', ')}.`)
    return piece
  })
}

function toRows(text: string): 1 | 2 {
  if (text === '1' || text === '2') return text === '1' ? 1 : 2
  throw new InvalidArgumentError('Expected 1 or 2.')
}

function toSize(text: string): Size {
  const match = /^(\d+)x(\d+)$/.exec(text)
  const size = { width: Number(match?.[1]), height: Number(match?.[2]) }
  if (size.width % 64 === 0 && size.height % 64 === 0) return size
  throw new InvalidArgumentError('Expected a size like 512x768, with sides that are multiples of 64.')
}

function toCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('Expected a whole number of at least 1.')
}
