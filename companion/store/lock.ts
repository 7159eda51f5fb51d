import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CompanionError } from '../errors.ts'

/**
 * Keeps other processes (the companion and a command line) from doing the same work meanwhile. A lock whose process is
 * gone does not count.
 *
 * @throws CompanionError 'download-failed' when another process holds it
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await acquire(path)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<void> {
  if (await create(path)) return
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  if (holder !== process.pid && isRunning(holder)) throw heldBy(holder, path)
  await rm(path, { force: true })
  if (!(await create(path))) throw heldBy(holder, path)
}

/** False: it was there already. */
async function create(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600)
    await handle.writeFile(String(process.pid)).finally(() => handle.close())
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function heldBy(pid: number, path: string): CompanionError {
  return new CompanionError(
    'download-failed',
    `Another Infill (process ${pid}) is busy with this model. Wait until it has ended; if it has not been running for long, delete ${path}.`,
  )
}
