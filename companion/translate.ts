import {
  details,
  failures,
  hints,
  notes,
  parts,
  purposes,
  restrictions,
  type Sentence,
  titles,
} from './chinese.ts'
import type { ErrorCode, Locale, ModelInfo, Reply } from './protocol.ts'

/**
 * A reply with all its words for people in a language. Everything else of it stays as it is: what models and licences are
 * called, addresses, and what a system or a server answered.
 */
export function inLanguage<R extends Reply>(reply: R, locale: Locale): R
export function inLanguage(reply: Reply, locale: Locale): Reply {
  if (locale === 'en') return reply
  switch (reply.type) {
    case 'ready':
      return { ...reply, engines: reply.engines.map(named), selectors: reply.selectors.map(named) }
    case 'failed': {
      const { hint: said, ...failed } = reply
      const hint = (said !== undefined && translated(said, details)) || hints[reply.code]
      return {
        ...failed,
        message: translated(reply.message, details) ?? withDetail(reply.code, reply.message),
        ...(hint !== undefined && { hint }),
      }
    }
    case 'patch': {
      const inChinese = reply.used.notes.map((note) => translated(note, notes) ?? note)
      return { ...reply, used: { ...reply.used, notes: inChinese } }
    }
    case 'models':
      return { ...reply, models: reply.models.map(describedModel) }
    default:
      return reply
  }
}

function named<T extends { readonly id: string; readonly title: string }>(info: T): T {
  return { ...info, title: titles[info.id] ?? info.title }
}

function describedModel(model: ModelInfo): ModelInfo {
  const { id, licence, purpose } = model
  const forbidden = licence.restrictions === undefined ? undefined : restrictions[licence.name]
  return {
    ...named(model),
    purpose: purposes[id] ?? purpose,
    licence: forbidden === undefined ? licence : { ...licence, restrictions: forbidden },
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

/** null: nobody translated it. */
function translated(english: string, sentences: readonly Sentence[]): string | null {
  for (const [pattern, chinese] of sentences) {
    const found = pattern.exec(english)
    if (found !== null) return chinese.replace(/\$(\d)/g, (_, index) => translatedPart(found[index]!))
  }
  return null
}

/** Of several, each is told. */
function translatedPart(english: string): string {
  return english
    .split(', then ')
    .map((part) => translated(part, [...parts, ...details]) ?? part)
    .join('，然后')
}
