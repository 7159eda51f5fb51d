import { CompanionError } from '../errors.ts'
import type { ErrorCode } from '../protocol.ts'

/** Where a command runs. */
export interface Terminal {
  /** Aborted for Ctrl+C. */
  readonly signal: AbortSignal
  /** One line, without its end. */
  print(line: string): void
  printError(line: string): void
}

/**
 * Runs a command to its end, or until Ctrl+C; then, and where something is wrong that a person can act on, it says so.
 *
 * @param cancelled What is said after Ctrl+C.
 * @returns the exit code: 0 done, 2 wrong use, 3 the picture or mask, 4 model or device, 1 anything else
 * @throws what is a bug
 */
export async function runCommand(
  work: (terminal: Terminal) => Promise<void>,
  given: Partial<Terminal> = {},
  cancelled = 'Cancelled.',
): Promise<number> {
  const interrupt = new AbortController()
  const onInterrupt = () => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  const { signal = interrupt.signal, print = console.log, printError = console.error } = given
  try {
    await work({ signal, print, printError })
    return 0
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      printError(cancelled)
      return 1
    }
    if (error instanceof CompanionError) {
      printError(error.message)
      if (error.hint !== undefined) printError(error.hint)
      return exitCodes[error.code] ?? 1
    }
    if (isFileError(error)) {
      printError(`${error.path} cannot be written: ${error.code}.`)
      return 1
    }
    throw error
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

const exitCodes: { readonly [code in ErrorCode]?: number } = {
  'option-invalid': 2,
  'prompt-missing': 2,
  'task-unsupported': 2,
  'engine-unknown': 2,
  'model-unknown': 2,
  'licence-not-accepted': 2,
  'image-unreadable': 3,
  'image-too-large': 3,
  'mask-unreadable': 3,
  'mask-size': 3,
  'mask-empty': 3,
  'mask-covers-all': 3,
  'model-missing': 4,
  'model-damaged': 4,
  'out-of-memory': 4,
  'device-lost': 4,
  'engine-stopped': 4,
}
