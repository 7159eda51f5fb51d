import { Command, InvalidArgumentError, Option } from 'commander'
import type { BenchDevice } from '../diffusion/contestant.ts'

export const parts = ['unet', 'fill', 'lama', 'parity'] as const
export type Part = (typeof parts)[number]

/** What stands on the command line. */
export interface GpuBenchOptions {
  /** Where time is short: some of it. */
  readonly only: readonly Part[]
  /** A checkout of advimman/lama; null: LaMa without PyTorch. */
  readonly checkout: string | null
  readonly peers: boolean
  /** Random inputs that must all give a picture. */
  readonly inputs: number
  /** Where the report is written to, as Markdown; null: nowhere. */
  readonly table: string | null
  /** cpu: to try the benchmark itself, with tiny networks, where there is no card. */
  readonly device: BenchDevice
}

export const gpuCommand = new Command('gpu')
  .description(
    'Stable Diffusion 1.5 and LaMa at full size on an NVIDIA card, beside PyTorch, and how near they come',
  )
  .option('--only <names>', `some of ${parts.join(', ')}, separated by commas`, toParts, parts)
  .option('--checkout <folder>', 'a checkout of advimman/lama, for PyTorch', (text) => text, null)
  .option('--no-peers', 'Infill alone')
  .option('--inputs <number>', 'random pictures that must all be filled', Number, 200)
  .option('--table <file>', 'write the report there, as Markdown', (text) => text, null)
  .addOption(
    new Option('--device <name>', 'cpu: tries the benchmark itself, with tiny networks')
      .choices(['cpu', 'cuda'])
      .default('cuda'),
  )
  .action(async (options: GpuBenchOptions) => {
    const { benchGpu } = await import('./bench.ts')
    await benchGpu(options)
  })

function toParts(text: string): readonly Part[] {
  return text.split(',').map((name) => {
    const part = parts.find((each) => each === name)
    if (part === undefined) throw new InvalidArgumentError(`Expected some of ${parts.join(', ')}.`)
    return part
  })
}
