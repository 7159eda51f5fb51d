import type { Locale } from './messages.ts'
import { chinese } from './words/chinese.ts'
import { english } from './words/english.ts'

export type Words = typeof english

/** What is said, in the language that is spoken now. Read when something is said, never kept. */
export let words: Words = english

export function speak(locale: Locale): void {
  words = { en: english, 'zh-CN': chinese }[locale]
}
