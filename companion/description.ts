import { cpus } from 'node:os'
import { isReady } from './engines/choose.ts'
import { commonOptions, type Engine } from './engines/engine.ts'
import { version } from './installation.ts'
import { type EngineInfo, limits, protocolVersion, type Reply, type SelectorInfo } from './protocol.ts'
import { isReady as isSelectorReady } from './select/choose.ts'
import type { Selector } from './select/selector.ts'

/** What this companion is and can do, as a client is told once it is paired. */
export function ready({
  instance,
  engines,
  selectors,
}: {
  readonly instance: string
  readonly engines: readonly Engine[]
  readonly selectors: readonly Selector[]
}): Reply {
  return {
    type: 'ready',
    protocol: protocolVersion,
    version,
    instance,
    device: { kind: 'cpu', name: cpus()[0]?.model.trim() || process.arch, precision: 'fp32' },
    engines: engines.map(engineInfo),
    selectors: selectors.map(selectorInfo),
    limits: { messageBytes: limits.messageBytes, imagePixels: limits.imagePixels },
  }
}

function engineInfo(engine: Engine): EngineInfo {
  const { id, title, tasks, takesPrompt, seeded, models, licences } = engine
  return {
    ...{ id, title, tasks, takesPrompt, seeded, models, licences },
    ready: isReady(engine),
    downloadBytes: 0,
    options: [...commonOptions, ...engine.options],
  }
}

function selectorInfo(selector: Selector): SelectorInfo {
  const { id, title, takesBox, takesPoints, models, licences } = selector
  return {
    ...{ id, title, takesBox, takesPoints, models, licences },
    ready: isSelectorReady(selector),
    downloadBytes: 0,
  }
}
