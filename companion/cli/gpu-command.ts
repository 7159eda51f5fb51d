import { Command } from 'commander'

/** The exit code says what went wrong: 4 the graphics card cannot be used, 1 anything else. */
export const gpuCommand = new Command('gpu').description('models on an NVIDIA graphics card: Linux x64')

interface Options {
  readonly libraries?: readonly string[]
  readonly json?: boolean
}

const libraries = [
  '--libraries <folder...>',
  'where CUDA lies, or a Python environment with CUDA packages, if it is not found by itself',
] as const

gpuCommand
  .command('status')
  .description('whether models can run on the graphics card, what is missing, and how to get it')
  .option(...libraries)
  .option('--json', 'print one line of JSON')
  .action(async (options: Options) => {
    const { gpuStatus } = await import('./gpu.ts')
    process.exitCode = await gpuStatus(options)
  })

gpuCommand
  .command('install')
  .description('download ONNX Runtime’s CUDA provider (179 MB), and try it')
  .option(...libraries)
  .action(async (options: Options) => {
    const { installGpu } = await import('./gpu.ts')
    process.exitCode = await installGpu(options)
  })

gpuCommand
  .command('remove')
  .description('delete the CUDA provider; models then run on the processor')
  .action(async () => {
    const { removeGpu } = await import('./gpu.ts')
    process.exitCode = await removeGpu()
  })
