import type { Locale } from '../companion/protocol.ts'
import { chinese } from './strings/chinese.ts'
import { english, type Strings } from './strings/english.ts'

/** The words in the language that is spoken now. Read when something is said, never kept. */
export let strings: Strings = english

/** From now on; what is on the screen follows when it is drawn anew. */
export function speak(locale: Locale): void {
  strings = languages[locale]
}

/** As the browser prefers, as far as it is spoken here. */
export function preferredLocale(languages: readonly string[]): Locale {
  const isChinese = languages
    .find((language) => /^(en|zh)/i.test(language))
    ?.toLowerCase()
    .startsWith('zh')
  return isChinese ? 'zh-CN' : 'en'
}

export const languages: Readonly<Record<Locale, Strings>> = { en: english, 'zh-CN': chinese }
