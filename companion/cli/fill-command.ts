import { Command } from 'commander'
import { deviceChoices } from '../runtime/device.ts'
import type { FillArguments } from './fill.ts'

/** The exit code says what went wrong: 2 wrong use, 3 the picture or mask, 4 model or device, 1 anything else. */
export const fillCommand = new Command('fill')
  .description('fill the marked part of a picture file, without a companion')
  .argument('<image>', 'PNG, JPEG, WebP or GIF')
  .argument('<mask>', 'PNG, white = fill; for expand it may be -')
  .option('--avoid <mask>', 'PNG of the picture’s shape, white = do not copy from here')
  .option('-o, --output <file>', 'where the whole picture goes, filled')
  .option('--patch <file>', 'where the patch goes: a PNG of the picture’s size, transparent elsewhere')
  .option('--task <task>', 'remove, fill, expand or shape')
  .option('--engine <id>', 'auto, or the id of an engine')
  .option('--prompt <words>', 'what should be there')
  .option('--negative <words>', 'what should not be there')
  .option('--seed <number>', 'the same seed gives the same fill')
  .option('--variations <number>', 'how many fills')
  .option('--option <name=value>', 'a setting of the engine; may be repeated', collect)
  .option('--weights <path>', 'run the engine on this checkpoint instead of the installed one')
  .option('--raw', 'write what the engine’s reference implementation would, without our crop and blend')
  .option('--device <device>', `where models are computed: ${deviceChoices.join(', ')}`)
  .option('--threads <number>', 'how many threads the embedded engine uses')
  .option('--json', 'print one line of JSON for each fill')
  .action(async (image: string, mask: string, options: Omit<FillArguments, 'image' | 'mask'>) => {
    const { runFill } = await import('./fill.ts')
    process.exitCode = await runFill({ image, mask, ...options })
  })

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}
