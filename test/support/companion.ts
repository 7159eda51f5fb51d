import { onTestFinished } from 'vitest'
import { type Companion, type CompanionOptions, startCompanion } from '../../companion/server.ts'
import { temporaryFolder } from './data-folder.ts'
import { type StubEngine, stubEngine } from './stub-engine.ts'

/** A companion on a free port with a data folder of its own, the engine `stub` and no models; stopped after the test. */
export async function startTestCompanion(
  options: Partial<CompanionOptions> = {},
): Promise<Companion & { readonly engine: StubEngine; readonly dataFolder: string }> {
  const engine = stubEngine()
  const dataFolder = options.dataFolder ?? temporaryFolder()
  const companion = await startCompanion({
    ports: [0],
    engines: [engine],
    store: { models: [], environment: {} },
    warmsUp: false,
    ...options,
    dataFolder,
    timing: { graceMs: 0, ...options.timing },
  })
  onTestFinished(() => companion.stop())
  return Object.assign(companion, { engine, dataFolder })
}
