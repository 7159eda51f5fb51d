import { failures, hints, notes, purposes } from './chinese.ts'
import type { ErrorCode, Locale, Reply } from './protocol.ts'

/**
 * A reply with all its words for people in a language. Everything else of it stays as it is. Names of engines, models and
 * licences are names; what a licence says is said in its own words.
 */
export function inLanguage<R extends Reply>(reply: R, locale: Locale): R
export function inLanguage(reply: Reply, locale: Locale): Reply {
  if (locale === 'en') return reply
  switch (reply.type) {
    case 'failed': {
      const { hint: _, ...failed } = reply
      const hint = hints[reply.code]
      return {
        ...failed,
        message: withDetail(reply.code, reply.message),
        ...(hint !== undefined && { hint }),
      }
    }
    case 'patch':
      return { ...reply, used: { ...reply.used, notes: reply.used.notes.map(translatedNote) } }
    case 'models':
      return {
        ...reply,
        models: reply.models.map((model) => ({ ...model, purpose: purposes[model.id] ?? model.purpose })),
      }
    default:
      return reply
  }
}

/** Whose sentence names what only this one case has: a value, a file, an id in the log. */
const withDetails: ReadonlySet<ErrorCode> = new Set([
  'message-malformed',
  'message-unknown',
  'option-invalid',
  'task-unsupported',
  'engine-unknown',
  'download-failed',
  'disk-full',
  'out-of-memory',
  'internal',
])

function withDetail(code: ErrorCode, message: string): string {
  return withDetails.has(code) ? `${failures[code]}（${message}）` : failures[code]
}

function translatedNote(note: string): string {
  const known = notes.find(([english]) => english.test(note))
  return known === undefined ? note : note.replace(known[0], known[1])
}
