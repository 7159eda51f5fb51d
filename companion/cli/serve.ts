import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { installationFolder, version } from '../installation.ts'
import { ports } from '../protocol.ts'
import { type DeviceChoice, deviceChoices } from '../runtime/device.ts'
import type { Companion } from '../server.ts'
import { dataFolderPath, openDataFolder } from '../settings.ts'

export const serveCommand = new Command('serve')
  .description('start the companion, which the plugin and the playground speak with')
  .option(
    '--port <port>',
    `listen there instead of on the first free one of ${ports.join(', ')}`,
    wholeNumber(65_535),
  )
  .option(
    '--threads <number>',
    'how many threads the embedded engine uses',
    wholeNumber(availableParallelism()),
    1,
  )
  .addOption(
    new Option('--device <device>', 'where models are computed').choices(deviceChoices).default('auto'),
  )
  .action(serve)

interface ServeOptions {
  readonly port?: number
  readonly threads: number
  readonly device: DeviceChoice
}

/** Runs until the process is told to stop. */
async function serve({ port, threads, device }: ServeOptions): Promise<void> {
  const [{ startCompanion }, { createEngines }, { openLog }] = await Promise.all([
    import('../server.ts'),
    import('../engines/index.ts'),
    import('../log.ts'),
  ])
  const folder = openDataFolder(dataFolderPath())
  let showCode = (_code: string) => {}
  const companion = await startCompanion({
    dataFolder: folder.path,
    ports: port === undefined ? ports : [port],
    engines: createEngines({ threads }),
    device,
    log: openLog(folder.logs),
    onCode: (code) => showCode(code),
  })
  console.log(welcome(companion))
  showCode = (code) => console.log(pairingLine(code))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      console.log('Stopping…')
      await companion.stop()
      process.exit(0)
    })
  }
}

function welcome({ address, code, port }: Companion): string {
  const figma = (ports as readonly number[]).includes(port)
    ? `In Figma, once: Plugins → Development → Import plugin from manifest… → choose
  ${join(installationFolder, 'manifest.json')}`
    : `Figma cannot reach port ${port}, only ${ports.join(', ')}.`
  return `Infill ${version} is running. Ctrl+C stops it.

Playground:   ${address}
${pairingLine(code)}

${figma}
`
}

function pairingLine(code: string): string {
  return `Pairing code: ${code} (for five minutes)`
}

function wholeNumber(most: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (Number.isInteger(number) && number >= 1 && number <= most) return number
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`)
  }
}
