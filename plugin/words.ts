import type { Locale } from './messages.ts'
import { chinese } from './words/chinese.ts'
import { english, type Words } from './words/english.ts'

/** What is said, in the language that is spoken now. Read when something is said, never kept. */
export let words: Words = english

export function speak(locale: Locale): void {
  words = { en: english, 'zh-CN': chinese }[locale]
}
