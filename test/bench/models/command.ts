import { Command, InvalidArgumentError, Option } from 'commander'
import type { Size } from '../../../companion/image/image.ts'

/** What stands on the command line. */
export interface ModelsBenchOptions {
  readonly sizes: readonly Size[]
  readonly runs: number
  /** A checkout of advimman/lama; null: Infill alone. */
  readonly checkout: string | null
  /** Where the table is written to, as Markdown; null: nowhere. */
  readonly table: string | null
  /** A large picture instead. */
  readonly large: boolean
  readonly device: 'cpu' | 'cuda'
}

export const modelsCommand = new Command('models')
  .description(
    'LaMa at full size with random weights: time and memory, beside PyTorch with the original class',
  )
  .option(
    '--sizes <list>',
    'width × height, multiples of 128, separated by commas',
    toSizes,
    toSizes('512x512,768x1024,1024x1024'),
  )
  .option('--runs <number>', 'fills of each size', toCount, 10)
  .option('--checkout <folder>', 'a checkout of advimman/lama, for PyTorch', (text) => text, null)
  .option('--table <file>', 'write the table there, as Markdown', (text) => text, null)
  .addOption(
    new Option('--device <name>', 'where Infill and PyTorch compute').choices(['cpu', 'cuda']).default('cpu'),
  )
  .option('--large', 'instead, three holes in a picture of 24 megapixels: time and memory', false)
  .action(async (options: ModelsBenchOptions) => {
    const { benchModels } = await import('./bench.ts')
    const { benchLarge } = await import('./large.ts')
    await (options.large ? benchLarge() : benchModels(options))
  })

function toSizes(text: string): readonly Size[] {
  return text.split(',').map((size) => {
    const match = /^(\d+)x(\d+)$/.exec(size)
    const [width, height] = [Number(match?.[1]), Number(match?.[2])]
    if (width % 128 === 0 && height % 128 === 0) return { width, height }
    throw new InvalidArgumentError('Expected sizes like 512x768, of multiples of 128.')
  })
}

function toCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('Expected a whole number of at least 1.')
}
