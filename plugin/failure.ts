import type { Failure, FailureCode } from './messages.ts'

/** Something the person at the screen can act on; `message` is for them. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: FailureCode

  constructor(code: FailureCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What the window is told of an error; a bug is logged with its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  if (/read-?only/i.test(message)) return { code: 'read-only', message: readOnlyMessage }
  console.error(error instanceof Error ? `${message}\n${error.stack}` : message)
  return {
    code: 'internal',
    message: `Something went wrong inside Infill (${message}). Nothing was changed; please report it with this text.`,
  }
}

export const readOnlyMessage =
  'This file can be looked at but not changed. Open it with edit access, in Design mode, to place a fill.'
