import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { promisify } from 'node:util'
import { StartError } from './errors.ts'
import { fetchHealth } from './health.ts'

/** Loopback only: nothing outside this machine can reach the companion. */
const addresses = ['127.0.0.1', '::1'] as const

export interface Listening {
  readonly port: number
  /** One for each loopback address; a machine without IPv6 has one. */
  readonly servers: readonly Server[]
}

/**
 * Listens on the first of these ports that is free on both loopback addresses. Port 0 is any free one.
 *
 * @throws StartError when none is, naming who holds them where that can be known
 */
export async function listen(ports: readonly number[]): Promise<Listening> {
  for (const port of ports) {
    const listening = await listenOn(port)
    if (listening !== null) return listening
  }
  const holders = await Promise.all(
    ports.map(async (port) => `port ${port} is held by ${await holderOf(port)}`),
  )
  throw new StartError(
    `The companion cannot start: ${holders.join(', ')}. End one of them, or choose another port with --port.`,
  )
}

/** Who holds a port, as far as this machine tells: for a person. */
export async function holderOf(port: number): Promise<string> {
  const health = await fetchHealth(port)
  if (health !== null) return `an Infill companion (version ${health.version}) with another data folder`
  return (await processOn(port)) ?? 'another program'
}

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  const listening = await listenOn(port)
  if (listening === null) return false
  await Promise.all(listening.servers.map(close))
  return true
}

async function listenOn(wanted: number): Promise<Listening | null> {
  const servers: Server[] = []
  let port = wanted
  for (const address of addresses) {
    const server = createServer()
    const result = await open(server, address, port)
    if (result === 'taken') {
      await Promise.all(servers.map(close))
      return wanted === 0 ? listenOn(0) : null
    }
    if (result === 'no such address') continue
    port = result
    servers.push(server)
  }
  return { port, servers }
}

/** The port that it listens on, or why it does not. */
function open(server: Server, address: string, port: number): Promise<number | 'taken' | 'no such address'> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve('taken')
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve('no such address')
      else reject(error)
    })
    server.listen({ host: address, port }, () => {
      server.removeAllListeners('error')
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

/** Asks `lsof`, which macOS and most Linux systems have. */
async function processOn(port: number): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      timeout: 3000,
    })
    const pid = /^p(\d+)$/m.exec(stdout)?.[1]
    const command = /^c(.+)$/m.exec(stdout)?.[1]
    return pid === undefined ? null : `${command ?? 'a program'} (process ${pid})`
  } catch {
    return null
  }
}
