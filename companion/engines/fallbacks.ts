import { CompanionError } from '../errors.ts'
import { notes } from '../notes.ts'
import { OnnxError } from '../runtime/failures.ts'
import { NonsenseError } from './nonsense.ts'

/** Why a fill failed, where another way to compute it may help. */
export type Failure = 'out-of-memory' | 'nonsense' | 'device'

/** Another way to compute a fill. */
export interface Fallback<T> {
  readonly against: readonly Failure[]
  /** What is different, to end a sentence with: 'the CPU computed the fill'. */
  readonly what: string
  attempt(): Promise<T>
}

/**
 * What `first` gives, or the first fallback that works. Those that do not help against what went wrong last are passed
 * over. Each is asked for when those before it have failed.
 *
 * @returns with a sentence on the fallback that worked; null: none was needed
 * @throws what the last attempt threw, and at once what no other way can help: a cancel, a bug
 */
export async function withFallbacks<T>(
  first: () => Promise<T>,
  fallbacks: Iterable<Fallback<T>>,
): Promise<{ readonly result: T; readonly note: string | null }> {
  let failed: unknown
  try {
    return { result: await first(), note: null }
  } catch (error) {
    failed = error
  }
  const tried: string[] = []
  for (const { against, what, attempt } of fallbacks) {
    const failure = failureOf(failed)
    if (failure === null || !against.includes(failure)) continue
    try {
      return { result: await attempt(), note: noteOn[failure](what) }
    } catch (error) {
      failed = error
      tried.push(what)
    }
  }
  throw failureOf(failed) === 'out-of-memory' && tried.length > 0 ? stillTooMuch(tried, failed) : failed
}

const noteOn: Readonly<Record<Failure, (way: string) => string>> = {
  'out-of-memory': notes.memoryShort,
  nonsense: notes.noPicture,
  device: notes.cardFailed,
}

/** Null: no other way can help. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof NonsenseError) return 'nonsense'
  if (error instanceof OnnxError) return 'device'
  if (!(error instanceof CompanionError)) return null
  if (error.code === 'out-of-memory') return 'out-of-memory'
  return error.code === 'device-lost' ? 'device' : null
}

function stillTooMuch(tried: readonly string[], cause: unknown): CompanionError {
  return new CompanionError(
    'out-of-memory',
    `There is too little memory for the fill, even when ${tried.join(', then ')}. Close other programs, or mark less.`,
    { cause },
  )
}
