import { Command, Option } from 'commander'

/** What stands on the command line. */
export interface GpuBenchOptions {
  /** A checkout of advimman/lama; null: LaMa without PyTorch. */
  readonly checkout: string | null
  /** Random inputs that must all give a picture. */
  readonly inputs: number
  /** cpu: to try the benchmark itself where there is no card. */
  readonly device: 'cpu' | 'cuda'
}

export const gpuCommand = new Command('gpu')
  .description(
    'Stable Diffusion 1.5 and LaMa at full size on an NVIDIA card, beside PyTorch, and how near they come',
  )
  .option('--checkout <folder>', 'a checkout of advimman/lama, for PyTorch', (text) => text, null)
  .option('--inputs <number>', 'random pictures that must all be filled', Number, 200)
  .addOption(new Option('--device <name>').choices(['cpu', 'cuda']).default('cuda').hideHelp())
  .action(async (options: GpuBenchOptions) => {
    const { benchGpu } = await import('./bench.ts')
    await benchGpu(options)
  })
