import { Command } from 'commander'
import { findRunning } from '../instance.ts'
import { printCode } from '../pairing.ts'
import { type DataFolder, dataFolderPath, openDataFolder } from '../settings.ts'
import { revokeAll } from '../tokens.ts'

export const pairCommand = new Command('pair')
  .description('print a fresh pairing code, and lift the lock after wrong ones')
  .option('--revoke', 'forget every paired client instead')
  .action(async ({ revoke = false }: { revoke?: boolean }) => {
    const folder = openDataFolder(dataFolderPath())
    console.log(revoke ? forgetAll(folder) : await freshCode(folder))
  })

function forgetAll(folder: DataFolder): string {
  revokeAll(folder.tokens)
  return 'All paired clients are forgotten. Each has to be paired again.'
}

async function freshCode(folder: DataFolder): Promise<string> {
  const code = printCode(folder)
  const running = await findRunning(folder)
  const who =
    running === null
      ? 'No companion is running: start it with `infill serve`, and it takes this code.'
      : `The companion on port ${running.port} takes it from two seconds on.`
  return `Pairing code: ${code} (for five minutes)\n${who}`
}
