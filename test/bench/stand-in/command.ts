import { Command } from 'commander'

export const standInCommand = new Command('stand-in')
  .description(
    'Without a card: ONNX Runtime’s CUDA provider over a stand-in for CUDA. Whether every node has a kernel, and what memory is asked for',
  )
  .action(async () => {
    const { benchStandIn } = await import('./bench.ts')
    await benchStandIn()
  })
