import { Command } from 'commander'

export const windowCommand = new Command('window')
  .description(
    'The window in Chromium: from a click to a placed layer, and marking a picture of 12 megapixels',
  )
  .option('--runs <number>', 'how often each is measured', Number, 5)
  .action(async ({ runs }: { readonly runs: number }) => {
    const { benchWindow } = await import('./bench.ts')
    await benchWindow(runs)
  })
