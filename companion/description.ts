import { cpus } from 'node:os'
import { type Installed, isReady } from './engines/choose.ts'
import { commonOptions, type Engine } from './engines/engine.ts'
import { version } from './installation.ts'
import { type EngineInfo, limits, type ModelInfo, protocolVersion, type Reply } from './protocol.ts'
import type { ModelState, Store } from './store/store.ts'

/** What a companion is asked about. */
export interface Described {
  readonly instance: string
  readonly engines: readonly Engine[]
  readonly store: Store
}

/** What this companion is and can do, as a client is told once it is paired. */
export async function ready({ instance, engines, store }: Described): Promise<Reply> {
  const models = await store.list()
  return {
    type: 'ready',
    protocol: protocolVersion,
    version,
    instance,
    device: { kind: 'cpu', name: cpus()[0]?.model.trim() || process.arch, precision: 'fp32' },
    engines: engines.map((engine) => engineInfo(engine, models)),
    selectors: [],
    limits: { messageBytes: limits.messageBytes, imagePixels: limits.imagePixels },
  }
}

/** What can be installed, and what of it is here. */
export async function models({ engines, store }: Omit<Described, 'instance'>): Promise<Reply> {
  const states = await store.list()
  return { type: 'models', models: states.map((state) => modelInfo(state, engines)) }
}

export function modelInfo(
  { model, installed, damaged, downloadBytes }: ModelState,
  engines: readonly Engine[],
): ModelInfo {
  const { id, title, purpose, licence, files } = model
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const uses = (engine: Engine) => engine.models.includes(id) || engine.extras?.includes(id) === true
  const usedBy = engines.filter(uses).map((engine) => engine.id)
  const installedBytes = bytes - downloadBytes
  return { id, title, purpose, licence, bytes, installed, installedBytes, damaged, usedBy }
}

function engineInfo(engine: Engine, states: readonly ModelState[]): EngineInfo {
  const { id, title, tasks, takesPrompt, seeded, models, licences } = engine
  const isReadyNow = isReady(engine, installedModels(states))
  const best = states.find(({ model }) => model.id === models[0])
  return {
    ...{ id, title, tasks, takesPrompt, seeded, models, licences },
    ready: isReadyNow,
    downloadBytes: isReadyNow ? 0 : (best?.downloadBytes ?? 0),
    options: [...commonOptions, ...engine.options],
  }
}

export function installedModels(states: readonly ModelState[]): Installed {
  return new Set(
    states.filter(({ installed, damaged }) => installed && !damaged).map(({ model }) => model.id),
  )
}
