import type { Companion } from '../companion.ts'
import { CompanionFailure } from '../companion-failure.ts'
import { type Sandbox, SandboxFailure } from '../sandbox.ts'
import type { SentImages } from '../sent-images.ts'
import type { Action, Notice, State } from '../state.ts'
import { strings } from '../strings.ts'

/** What everything that has effects shares: whom it asks, what it knows, and how it says what came of it. */
export interface Effects {
  readonly sandbox: Sandbox
  /** Only once the sandbox has answered `start`. */
  readonly companion: Companion
  readonly sentImages: SentImages
  readonly state: State
  dispatch(action: Action): void
  /** What nothing else catches is told to the person, and to the console with its stack. */
  owned(work: Promise<unknown>): Promise<void>
}

/** What an installation would mend. */
const aboutModels: ReadonlySet<CompanionFailure['code']> = new Set([
  ...(['model-missing', 'model-damaged', 'task-unsupported'] as const),
])

/** Failures carry their own sentence; anything else is a bug, whose stack goes to the console. */
export function noticeFrom(error: unknown): Notice {
  if (error instanceof SandboxFailure) return { tone: 'error', message: error.message }
  if (error instanceof CompanionFailure) {
    const message = error.code === 'job-unknown' ? strings.resumedFailed : error.message
    return {
      ...{ tone: 'error', message },
      ...(error.hint !== undefined && { hint: error.hint }),
      ...(aboutModels.has(error.code) && { leadsTo: 'models' }),
    }
  }
  console.error(error)
  return { tone: 'error', message: strings.internal }
}
