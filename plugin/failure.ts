import type { Failure, FailureCode } from './messages.ts'
import { words } from './words.ts'

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
  if (/read-?only/i.test(message)) return { code: 'read-only', message: words.readOnly }
  console.error(error instanceof Error ? `${message}\n${error.stack}` : message)
  return { code: 'internal', message: words.internal(message) }
}
