import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>

/** Says nothing: for tests. */
export const silentLog: Log = pino({ level: 'silent' })

/**
 * One JSON object a line in `infill.N.log`; a new file at 5 MB and each day, of which seven are kept, and none longer than
 * a week. Prompts, tokens and pictures are never handed to it; fields of such a name are cut out all the same.
 */
export function openLog(folder: string): Log {
  deleteOld(folder)
  const transport = pino.transport({
    target: 'pino-roll',
    options: {
      file: join(folder, 'infill'),
      extension: '.log',
      size: '5m',
      frequency: 'daily',
      limit: { count: 6, removeOtherLogFiles: true },
      mode: 0o600,
    },
  })
  // A full disk must not end the companion; what is missing then is the log.
  transport.on('error', (error: Error) => console.error(`The log cannot be written: ${error.message}`))
  return pino({ base: { pid: process.pid }, redact: ['token', 'prompt', 'negativePrompt'] }, transport)
}

const keptMs = 7 * 24 * 60 * 60_000

/** The number of files alone would keep those of a companion that seldom runs for months. */
function deleteOld(folder: string): void {
  const logs = readdirSync(folder).filter((name) => name.endsWith('.log'))
  for (const file of logs.map((name) => join(folder, name))) {
    if (Date.now() - statSync(file).mtimeMs > keptMs) rmSync(file)
  }
}
