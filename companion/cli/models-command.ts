import { Command } from 'commander'

/** The exit code says what went wrong: 2 wrong use, 4 a model that is missing or damaged, 1 anything else. */
export const modelsCommand = new Command('models').description('list, install, check and remove models')

interface Options {
  readonly json?: boolean
  readonly acceptLicence?: boolean
}

modelsCommand
  .command('list')
  .description('what there is, what is installed, and how much room is left')
  .option('--json', 'print one line of JSON')
  .action(async (options: Options) => {
    const { listModels } = await import('./models.ts')
    process.exitCode = await listModels(options)
  })

modelsCommand
  .command('install')
  .description('download models, go on with a download that was stopped, or repair what is damaged')
  .argument('<id...>', 'as `infill models list` names them')
  .option('--accept-licence', 'accept what the licences forbid, without being asked')
  .option('--json', 'print one line of JSON for each model')
  .action(async (ids: string[], options: Options) => {
    const { installModels } = await import('./models.ts')
    process.exitCode = await installModels(ids, options)
  })

modelsCommand
  .command('verify')
  .description('read every byte of what is installed, and compare it with what was published')
  .argument('[id...]', 'none: all that are installed')
  .option('--json', 'print one line of JSON for each model')
  .action(async (ids: string[], options: Options) => {
    const { verifyModels } = await import('./models.ts')
    process.exitCode = await verifyModels(ids, options)
  })

modelsCommand
  .command('remove')
  .description('delete models; files that were added stay where they are')
  .argument('<id...>', 'as `infill models list` names them')
  .option('--json', 'print one line of JSON for each model')
  .action(async (ids: string[], options: Options) => {
    const { removeModels } = await import('./models.ts')
    process.exitCode = await removeModels(ids, options)
  })

modelsCommand
  .command('add')
  .description('use a file that is on this machine already; it stays where it is')
  .argument('<file>', 'as it was published; it is known by its contents')
  .option('--accept-licence', 'accept what the licence forbids, without being asked')
  .option('--json', 'print one line of JSON')
  .action(async (file: string, options: Options) => {
    const { addFile } = await import('./models.ts')
    process.exitCode = await addFile(file, options)
  })
