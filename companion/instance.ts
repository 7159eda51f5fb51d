import { closeSync, openSync, writeSync } from 'node:fs'
import * as v from 'valibot'
import { StartError } from './errors.ts'
import { fetchHealth } from './health.ts'
import { type DataFolder, readJson, removeFile } from './settings.ts'

/** The companion that works on a data folder. */
export interface Running {
  readonly port: number
  readonly pid: number
  /** Random at each start: tells it from another program, or another companion, that has the port by now. */
  readonly instance: string
}

/** The companion that runs on this data folder, if it still answers. */
export async function findRunning(folder: DataFolder): Promise<Running | null> {
  const content = v.safeParse(running, readJson(folder.running))
  if (!content.success) return null
  const health = await fetchHealth(content.output.port)
  return health?.instance === content.output.instance ? content.output : null
}

/**
 * Makes this process the data folder's one companion; it must answer `/health` already. Returns how to give that up.
 *
 * @throws StartError when another one is running
 */
export async function claim(folder: DataFolder, own: Running): Promise<() => void> {
  for (;;) {
    if (writeNew(folder.running, own)) return () => removeFile(folder.running)
    await refuseSecond(folder)
    // Left behind by a process that was killed.
    removeFile(folder.running)
  }
}

/** @throws StartError when a companion is running on this data folder */
export async function refuseSecond(folder: DataFolder): Promise<void> {
  const other = await findRunning(folder)
  if (other !== null) {
    throw new StartError(
      `Infill's companion is already running on port ${other.port} (process ${other.pid}). Playground: http://localhost:${other.port}/`,
    )
  }
}

const running = v.object({ port: v.number(), pid: v.number(), instance: v.string() })

/** Whether there was none: two that start at once cannot both succeed. */
function writeNew(file: string, own: Running): boolean {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx', 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
  writeSync(descriptor, `${JSON.stringify(own)}\n`)
  closeSync(descriptor)
  return true
}
