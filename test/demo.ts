import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { WebSocket } from 'ws'
import { builtFile, installationFolder, version } from '../companion/installation.ts'
import { type Companion, connect } from '../ui/companion.ts'
import type { Patch } from '../ui/companion-jobs.ts'
import type { Link } from '../ui/link.ts'

/**
 * `npm run demo`: the main job on a sample picture, from end to end. Starts the companion as a program of its own, then does
 * what the plugin's window does, with the window's own client: pairs by the code, sends picture and mask, receives the patch.
 */
const sample = join(installationFolder, 'test/fixtures/pictures/hill-tree')
const output = join(installationFolder, 'demo-output')

const home = await mkdtemp(join(tmpdir(), 'infill-demo-'))
const companion = await startCompanion(home)
try {
  const before = await readFile(`${sample}.jpg`)
  const mask = await readFile(`${sample}.mask.png`)
  const { patch, ms } = await erase(companion, before, mask)
  const files = await savePictures(before, mask, patch)
  console.log(report(patch, ms, files))
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

/** What the window does from connecting to the finished patch, and how long picture, mask and patch took in all. */
async function erase(
  { port, code }: RunningCompanion,
  image: Uint8Array,
  mask: Uint8Array,
): Promise<{ patch: Patch; ms: number }> {
  const client = await pairedClient(port, code)
  try {
    const startedAt = performance.now()
    await client.sendImage({ id: 'picture', orientation: 'none' }, { image })
    const [patch] = await client.fill(
      { id: 'erase', imageId: 'picture', task: 'remove', engine: 'auto', extent: 'image' },
      mask,
      { signal: AbortSignal.timeout(60_000), onProgress() {} },
    )
    return { patch: patch!, ms: performance.now() - startedAt }
  } finally {
    client.close()
  }
}

function pairedClient(port: number, code: string): Promise<Companion> {
  return new Promise((resolve, reject) => {
    const client: Companion = connect({
      ports: [port],
      token: null,
      client: { name: 'Infill demo', version },
      WebSocket,
      fetch,
      onLink(link: Link) {
        if (link.state === 'pairing' && link.problem === null) client.pair(code)
        else if (link.state === 'ready') resolve(client)
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
