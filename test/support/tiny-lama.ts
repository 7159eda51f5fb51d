import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../companion/store/store.ts'
import { lama } from '../../models/lama/model.ts'
import type { ModelDefinition } from '../../models/model.ts'
import { quietRun } from './fill-job.ts'
import { tinyLama } from './means.ts'
import { modelFile } from './published-model.ts'

/** LaMa as if its publisher had a tiny one. */
export const tinyLamaModel: ModelDefinition = {
  ...lama,
  files: [modelFile(lama.files[0]!.name, readFileSync(tinyLama), 'http://localhost/never-asked')],
}

/** From its file on this machine into a companion's data folder. */
export async function installTinyLama(dataFolder: string): Promise<void> {
  const store = openStore({ folder: join(dataFolder, 'models'), models: [tinyLamaModel] })
  await store.add(await store.identify(tinyLama, quietRun), { acceptLicence: true })
  await store.close()
}
