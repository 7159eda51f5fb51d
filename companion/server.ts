import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { models } from '../models/index.ts'
import type { Shared } from './connection.ts'
import { Connections } from './connections.ts'
import type { Engine } from './engines/engine.ts'
import { engines as allEngines } from './engines/index.ts'
import { Images } from './images.ts'
import { claim, refuseSecond } from './instance.ts'
import { Jobs } from './jobs.ts'
import { listen } from './listen.ts'
import { type Log, silentLog } from './log.ts'
import { answerHttp } from './pages.ts'
import { Pairing } from './pairing.ts'
import { ports } from './protocol.ts'
import type { DeviceChoice } from './runtime/device.ts'
import { findDevice } from './runtime/find-device.ts'
import { OnnxRuntime, type Runtime } from './runtime/session.ts'
import { selectors as allSelectors } from './select/index.ts'
import { OpenSelectors } from './select/open-selectors.ts'
import type { Selector } from './select/selector.ts'
import { openDataFolder } from './settings.ts'
import { openStore, type Store, type StoreOptions } from './store/store.ts'

export interface CompanionOptions {
  readonly dataFolder: string
  /** Tried in order; 0: any free one. Default: those that Figma can reach. */
  readonly ports?: readonly number[]
  readonly engines?: readonly Engine[]
  readonly selectors?: readonly Selector[]
  /** Another catalogue, or other means than the machine's own network, clock and disk. */
  readonly store?: Partial<Omit<StoreOptions, 'folder'>>
  /** Where models are computed. Default: 'auto'. */
  readonly device?: DeviceChoice
  /** Another than ONNX Runtime in a process of its own. */
  readonly runtime?: Runtime
  readonly log?: Log
  /** There is a new pairing code to show: at the start, after use, after five minutes. */
  readonly onCode?: (code: string) => void
  readonly timing?: Partial<Timing>
  /** Whether engines and selectors get ready as soon as a picture has come: what a person will feel. Default: true. */
  readonly warmsUp?: boolean
}

export interface Timing {
  readonly pingEveryMs: number
  /** How long running jobs may go on once the companion was told to stop. */
  readonly graceMs: number
  /** How often the data folder is looked at for what `infill pair` wrote. */
  readonly followEveryMs: number
  /** How often parts of downloads that nobody went on with are looked for. */
  readonly cleanEveryMs: number
}

export interface Companion {
  readonly port: number
  /** Of the playground. */
  readonly address: string
  /** The pairing code of this moment. */
  readonly code: string
  /** The playground's own. */
  readonly token: string
  /** Refuses what waits, lets running jobs end, says goodbye and frees the port. */
  stop(): Promise<void>
}

const usualTiming: Timing = {
  pingEveryMs: 15_000,
  graceMs: 10_000,
  followEveryMs: 1000,
  cleanEveryMs: 24 * 60 * 60_000,
}

/**
 * The daemon, put together. Nothing here is global: a process may start several, each with a data folder of its own.
 *
 * @throws StartError when another companion has the data folder, or no port is free
 */
export async function startCompanion(options: CompanionOptions): Promise<Companion> {
  const { engines = allEngines, selectors = allSelectors, device = 'auto' } = options
  const { log = silentLog, onCode = () => {}, warmsUp = true } = options
  const { pingEveryMs, graceMs, followEveryMs, cleanEveryMs } = { ...usualTiming, ...options.timing }
  const instance = randomUUID()

  // 1. One companion for each data folder, on the first free port.
  const folder = openDataFolder(options.dataFolder)
  await refuseSecond(folder)
  const { port, servers } = await listen(options.ports ?? ports)
  const giveUp = await claim(folder, { port, pid: process.pid, instance }).catch(async (error: unknown) => {
    await Promise.all(servers.map(close))
    throw error
  })

  // 2. Who may come in, and what is done for them.
  const store = openStore({ folder: folder.models, models, ...options.store })
  const stopCleaning = keepClean(store, cleanEveryMs, log)
  const runtime = options.runtime ?? new OnnxRuntime({ device, log })
  const jobs = new Jobs(log)
  const pairing = new Pairing({
    ...{ folder, followEveryMs, onCode },
    onRevoked(clients) {
      connections.closeRevoked(clients)
      for (const client of clients) jobs.forgetClient(client)
    },
  })
  // Of its own, so that a click does not wait for a fill, nor lose its model when the fill is cancelled.
  const selectRuntime = new OnnxRuntime({ device, log })
  const openSelectors = new OpenSelectors({ files: (id) => store.files(id), runtime: selectRuntime })
  const bestDevice = findDevice(device)
  // A client that asks for it hears of it.
  bestDevice.catch(() => {})
  const shared: Shared = {
    ...{ instance, device: bestDevice, engines, selectors, openSelectors, pairing },
    ...{ images: new Images(), store, runtime, selectRuntime, jobs, log, warmsUp },
  }
  const connections = new Connections({ port, pingEveryMs, shared })

  // 3. The door.
  const pages = {
    port,
    instance,
    log,
    config: () => ({ token: pairing.pageToken, port, code: pairing.code }),
  }
  for (const server of servers) {
    server.on('request', (request, response) => answerHttp(request, response, pages))
    server.on('upgrade', (request, socket, head) => connections.accept(request, socket, head))
  }
  log.info({ port, instance }, 'started')

  async function stop(): Promise<void> {
    stopCleaning()
    const stopped = jobs.stop(graceMs)
    // Downloads go on where they stopped, so nobody waits for them.
    await store.close()
    await stopped
    await Promise.all([openSelectors.close(), ...engines.map((engine) => engine.close?.())])
    await Promise.all([runtime.unload(), selectRuntime.unload()])
    await connections.closeAll()
    await Promise.all(servers.map(close))
    pairing.stop()
    giveUp()
    log.info('stopped')
  }
  let stopping: Promise<void> | undefined
  return {
    port,
    address: `http://localhost:${port}/`,
    token: pairing.pageToken,
    get code() {
      return pairing.code
    },
    stop() {
      stopping ??= stop()
      return stopping
    },
  }
}

/** Looks at once, then every so often. Returns how to end that. */
function keepClean(store: Store, everyMs: number, log: Log): () => void {
  const clean = async () => {
    try {
      const freedBytes = await store.cleanUp()
      if (freedBytes > 0) log.info({ freedBytes }, 'old parts of downloads deleted')
    } catch (error) {
      log.warn({ err: error }, 'old parts of downloads could not be deleted')
    }
  }
  void clean()
  const timer = setInterval(clean, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
