import type { ErrorCode } from './protocol.ts'

/** Something the person at the screen can act on. Everything else that is thrown is a bug or a cancel. */
export class CompanionError extends Error {
  override readonly name = 'CompanionError'
  readonly code: ErrorCode
  /** What to do next, where the message does not say it. */
  readonly hint: string | undefined

  /** @param message One or two sentences: what happened, and what to do. */
  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

/** The companion cannot start. The message says why, for the person at the terminal. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
