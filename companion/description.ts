import { hasModel, type Installed, isReady } from './engines/choose.ts'
import { commonOptions, type Engine } from './engines/engine.ts'
import { version } from './installation.ts'
import {
  type Device,
  type EngineInfo,
  limits,
  type ModelInfo,
  protocolVersion,
  type Reply,
  type SelectorInfo,
} from './protocol.ts'
import type { Selector } from './select/selector.ts'
import type { ModelState, Store } from './store/store.ts'

/** What a companion is asked about. */
export interface Described {
  readonly instance: string
  /** Where models are computed. */
  readonly device: Promise<Device>
  readonly engines: readonly Engine[]
  readonly selectors: readonly Selector[]
  readonly store: Store
}

/** What this companion is and can do, as a client is told once it is paired. */
export async function ready({ instance, device, engines, selectors, store }: Described): Promise<Reply> {
  const models = await store.list()
  return {
    type: 'ready',
    protocol: protocolVersion,
    version,
    instance,
    device: await device,
    engines: engines.map((engine) => engineInfo(engine, models)),
    selectors: selectors.map((selector) => selectorInfo(selector, models)),
    limits: { messageBytes: limits.messageBytes, imagePixels: limits.imagePixels },
  }
}

/** What can be installed, and what of it is here. */
export async function models({
  engines,
  selectors,
  store,
}: Omit<Described, 'instance' | 'device'>): Promise<Reply> {
  const states = await store.list()
  return { type: 'models', models: states.map((state) => modelInfo(state, [...engines, ...selectors])) }
}

export function modelInfo(
  { model, installed, damaged, downloadBytes }: ModelState,
  users: readonly (Engine | Selector)[],
): ModelInfo {
  const { id, title, purpose, licence, files } = model
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const uses = (user: Engine | Selector) =>
    user.models.includes(id) || ('extras' in user && user.extras?.includes(id) === true)
  const usedBy = users.filter(uses).map((user) => user.id)
  const installedBytes = bytes - downloadBytes
  return { id, title, purpose, licence, bytes, installed, installedBytes, damaged, usedBy }
}

function engineInfo(engine: Engine, states: readonly ModelState[]): EngineInfo {
  const { id, title, tasks, takesPrompt, seeded, models, licences } = engine
  const installed = installedModels(states)
  return {
    ...{ id, title, tasks, takesPrompt, seeded, models, licences },
    ready: isReady(engine, installed),
    downloadBytes: hasModel(engine, installed) ? 0 : downloadBytesOf(models[0], states),
    options: [...commonOptions, ...engine.options],
  }
}

function selectorInfo(selector: Selector, states: readonly ModelState[]): SelectorInfo {
  const { id, title, takesBox, takesPoints, models, licences } = selector
  const installed = installedModels(states)
  return {
    ...{ id, title, takesBox, takesPoints, models, licences },
    ready: hasModel(selector, installed),
    downloadBytes: hasModel(selector, installed) ? 0 : downloadBytesOf(models[0], states),
  }
}

/** What is still to be fetched of a model. */
function downloadBytesOf(modelId: string | undefined, states: readonly ModelState[]): number {
  return states.find(({ model }) => model.id === modelId)?.downloadBytes ?? 0
}

export function installedModels(states: readonly ModelState[]): Installed {
  return new Set(
    states.filter(({ installed, damaged }) => installed && !damaged).map(({ model }) => model.id),
  )
}
