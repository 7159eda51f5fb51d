import { randomBytes } from 'node:crypto'
import { CompanionError } from './errors.ts'
import type { Log } from './log.ts'
import type { FailedReply } from './protocol.ts'
import { words } from './words.ts'

/**
 * What went wrong, as it is said to a client. A bug is not explained: it gets a short id that stands beside its stack
 * in the log.
 *
 * @param id The job or image that it is about; undefined: the message itself.
 */
export function failedReply(error: unknown, id: string | undefined, log: Log): FailedReply {
  const about = id === undefined ? {} : { id }
  if (error instanceof CompanionError) {
    const { code, message, hint } = error
    log.info({ ...about, code, cause: error.cause }, 'failed')
    return { type: 'failed', ...about, code, message, ...(hint === undefined ? {} : { hint }) }
  }
  const errorId = randomBytes(4).toString('hex')
  log.error({ ...about, errorId, err: error }, 'internal error')
  return { type: 'failed', ...about, code: 'internal', message: words.internal(errorId) }
}
