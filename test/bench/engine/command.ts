import { Command, InvalidArgumentError, Option } from 'commander'

/** What stands on the command line. */
export interface EngineBenchOptions {
  /** null: the pictures of test/fixtures. */
  readonly pictures: string | null
  /** Their names; null: all. */
  readonly peers: readonly string[] | null
  /** Part of a picture's name; '': all. */
  readonly only: string
  readonly quality: string
  readonly grow: boolean
  readonly seeds: number
  readonly repeat: number
  readonly fresh: boolean
  readonly large: boolean
  readonly variations: boolean
  readonly lpips: boolean
  readonly sheets: string | null
  readonly json: string | null
  readonly baseline: string | null
  readonly table: string | null
}

export const engineCommand = new Command('engine')
  .description('the embedded engine: quality, time and memory against other inpainting without a model')
  .option('--pictures <folder>', 'pictures of your own; the README says how they are named', toText, null)
  .option('--peers <names>', 'only these, separated by commas; none: Infill alone', toNames, null)
  .option('--only <text>', 'only pictures with this in their name', '')
  .addOption(new Option('--quality <level>').choices(['fast', 'balanced', 'best']).default('balanced'))
  .option('--grow', 'let Infill grow the mask as it does for a person; the peers never do', false)
  .option('--seeds <number>', 'mean over this many seeds of Infill', toCount, 1)
  .option('--repeat <number>', 'median time of this many runs', toCount, 1)
  .option('--fresh', 'measure the peers again, too', false)
  .option('--large', 'large pictures instead: how cost grows', false)
  .option('--variations', 'what three variations cost beside one, Infill alone', false)
  .option('--no-lpips', 'leave out the perceptual distance, which takes the longest')
  .option('--sheets <folder>', 'before, mask and every fill of each picture side by side', toText, null)
  .option('--json <file>', 'keep the figures, for --baseline', toText, null)
  .option('--baseline <file>', 'print the differences to an earlier --json', toText, null)
  .option('--table <file>', 'write the report as Markdown', toText, null)
  .action(async (options: EngineBenchOptions) => {
    const { benchEngine } = await import('./bench.ts')
    await benchEngine(options)
  })

function toText(text: string): string {
  return text
}

function toNames(text: string): readonly string[] {
  return text === 'none' ? [] : text.split(',')
}

function toCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('Expected a whole number of at least 1.')
}
