import type { FailedReply } from '../companion/protocol.ts'
import { strings } from './strings.ts'

/** The companion said no, or went away; `message` and `hint` are for the person at the screen. */
export class CompanionFailure extends Error {
  override readonly name = 'CompanionFailure'
  readonly code: FailedReply['code'] | 'connection-lost'
  readonly hint: string | undefined

  constructor(code: CompanionFailure['code'], message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

export function connectionLost(): CompanionFailure {
  return new CompanionFailure('connection-lost', strings.connectionLost)
}
