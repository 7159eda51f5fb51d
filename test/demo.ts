import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import sharp from 'sharp'
import { WebSocket } from 'ws'
import { sizeInWords } from '../companion/byte-size.ts'
import { builtFile, installationFolder, version } from '../companion/installation.ts'
import { dataFolderAt, dataFolderPath } from '../companion/settings.ts'
import { type Companion, connect } from '../ui/companion.ts'
import type { Patch } from '../ui/companion-jobs.ts'
import type { Link, Ready } from '../ui/link.ts'

/**
 * `npm run demo`: the main job on a sample picture, from end to end. Starts the companion as a program of its own, then does
 * what the plugin's window does, with the window's own client: pairs by the code, sends picture and mask, receives the patch.
 * With `-- --engine ID` that engine does it, or what it lacks is said.
 */
const { engine } = new Command('demo')
  .option('--engine <id>', 'who fills', 'auto')
  .parse()
  .opts<{ engine: string }>()
const sample = join(installationFolder, 'test/fixtures/pictures/hill-tree')
const output = join(installationFolder, 'demo-output')
/** A diffusion model takes minutes without a graphics card. */
const patienceMs = 60 * 60_000

const home = await mkdtemp(join(tmpdir(), 'infill-demo-'))
// An engine that is named may need a model, and those are the person's own.
if (engine !== 'auto')
  await symlink(dataFolderAt(dataFolderPath()).models, dataFolderAt(home).models, 'junction')
const companion = await startCompanion(home)
try {
  const { client, ready } = await pairedClient(companion)
  const lack = await lackOf(engine, ready, client)
  if (lack === null) {
    const before = await readFile(`${sample}.jpg`)
    const mask = await readFile(`${sample}.mask.png`)
    const { patch, ms } = await erase(client, before, mask)
    const files = await savePictures(before, mask, patch)
    console.log(report(patch, ms, files))
  } else {
    console.error(lack)
    process.exitCode = 1
  }
  client.close()
} finally {
  companion.process.kill('SIGTERM')
  await once(companion.process, 'exit')
  await rm(home, { recursive: true })
}

interface RunningCompanion {
  readonly process: ChildProcess
  readonly port: number
  /** As it printed it for the person at the screen. */
  readonly code: string
}

async function startCompanion(dataFolder: string): Promise<RunningCompanion> {
  const port = await freePort()
  const started = spawn(process.execPath, [builtFile('infill.js'), 'serve', '--port', String(port)], {
    env: { ...process.env, INFILL_HOME: dataFolder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(started.stdout!)) {
    const code = /Pairing code: (\d{6})/.exec(line)?.[1]
    if (code !== undefined) return { process: started, port, code }
  }
  throw new Error('The companion ended before it printed a pairing code.')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('Expected a port.')
  return address.port
}

/** What has to be done before an engine can fill, in words; null: nothing. */
async function lackOf(id: string, { engines }: Ready, client: Companion): Promise<string | null> {
  if (id === 'auto') return null
  const found = engines.find((one) => one.id === id)
  if (found === undefined) {
    return `There is no engine "${id}". Possible: auto, ${engines.map((one) => one.id).join(', ')}.`
  }
  if (found.ready) return null
  const model = (await client.models()).find((one) => one.id === found.models[0])
  if (model === undefined || model.installed) return `${found.title} cannot run on this machine.`
  const { name, url, restrictions } = model.licence
  const terms =
    restrictions === undefined ? '' : ' It forbids some uses, which are shown before the download.'
  return [
    `${found.title} needs a model that is not installed: ${model.title}.`,
    model.purpose,
    '',
    `  Download: ${sizeInWords(model.bytes - model.installedBytes)}, once; after that nothing needs a network.`,
    `  Licence:  ${name}, ${url}.${terms}`,
    '',
    'Install it, then run the demo again:',
    '',
    `  node dist/infill.js models install ${model.id}`,
    `  npm run demo -- --engine ${id}`,
  ].join('\n')
}

/** From the picture to the patch, and how long that took in all. */
async function erase(
  client: Companion,
  image: Uint8Array,
  mask: Uint8Array,
): Promise<{ patch: Patch; ms: number }> {
  const startedAt = performance.now()
  await client.sendImage({ id: 'picture', orientation: 'none' }, { image })
  const [patch] = await client.fill(
    { id: 'erase', imageId: 'picture', task: 'remove', engine, extent: 'image' },
    { mask, avoid: null },
    { signal: AbortSignal.timeout(patienceMs), onProgress() {} },
  )
  return { patch: patch!, ms: performance.now() - startedAt }
}

function pairedClient({ port, code }: RunningCompanion): Promise<{ client: Companion; ready: Ready }> {
  return new Promise((resolve, reject) => {
    const client: Companion = connect({
      ports: [port],
      token: null,
      client: { name: 'Infill demo', version },
      WebSocket,
      fetch,
      onLink(link: Link) {
        if (link.state === 'pairing' && link.problem === null) client.pair(code)
        else if (link.state === 'ready') resolve({ client, ready: link.ready })
        else if (link.state !== 'searching') reject(new Error(`Expected to be paired, but: ${link.state}.`))
      },
    })
  })
}

async function savePictures(
  before: Uint8Array,
  mask: Uint8Array,
  patch: Patch,
): Promise<Record<string, string>> {
  await mkdir(output, { recursive: true })
  const after = sharp(before).composite([
    { input: Buffer.from(patch.png), left: patch.rect.x, top: patch.rect.y },
  ])
  const files = {
    before: join(output, 'before.jpg'),
    mask: join(output, 'mask.png'),
    patch: join(output, 'patch.png'),
    after: join(output, 'after.png'),
  }
  await Promise.all([
    writeFile(files.before, before),
    writeFile(files.mask, mask),
    writeFile(files.patch, patch.png),
    after.png().toFile(files.after),
  ])
  return files
}

function report({ used }: Patch, ms: number, files: Record<string, string>): string {
  const { queue, decode, load, fill, blend, encode } = used.ms
  // What the engine's own steps do not account for: the way over the socket, and reading the picture.
  const transport = ms - (queue + decode + load + fill + blend + encode)
  const steps = { decode, engine: load + fill, blend, encode, transport, 'in all': ms }
  return [
    ...Object.entries(files).map(([name, path]) => `${name.padEnd(10)} ${relative(process.cwd(), path)}`),
    '',
    `${used.engine}, ${used.workWidth} × ${used.workHeight} px, ${used.device.name}`,
    ...Object.entries(steps).map(([name, time]) => `${name.padEnd(10)} ${time.toFixed(0).padStart(6)} ms`),
  ].join('\n')
}
