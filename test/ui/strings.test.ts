import { describe, expect, test } from 'vitest'
import { locales } from '../../companion/protocol.ts'
import { schedulerNames } from '../../ui/strings/scheduler-names.ts'
import { languages, preferredLocale } from '../../ui/strings.ts'
import { wordsOf } from '../support/words.ts'

describe('the languages', () => {
  test('are those of the protocol', () => {
    expect(Object.keys(languages).sort()).toEqual([...locales].sort())
  })

  // Types keep the shape; what is optional in a type, and the length of a list, only this does.
  test.each(locales)('all have the same words: %s', (locale) => {
    const keysOf = (language: object) => [...wordsOf(language)].map(([key]) => key)
    const own = (key: string) => !/^(options|choices)\./.test(key)
    expect(keysOf(languages[locale]).filter(own)).toEqual(keysOf(languages.en).filter(own))
  })

  test('leave no word in English', () => {
    const english = new Map(wordsOf(languages.en))
    const kept = [...wordsOf(languages['zh-CN'])].filter(([key, word]) => english.get(key) === word)
    // Names of keys and schedulers, a command and sizes are the same everywhere.
    const shared = /^(tool|keys\.list)\.|^(absent\.command|models\.size|models\.amount)$/
    const isName = (key: string) => key.replace('choices.', '') in schedulerNames
    expect(kept.map(([key]) => key).filter((key) => !shared.test(key) && !isName(key))).toEqual([])
  })
})

test.each([
  [['zh-CN', 'en'], 'zh-CN'],
  [['zh-Hans-SG'], 'zh-CN'],
  [['de', 'zh', 'en'], 'zh-CN'],
  [['en-GB', 'zh'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
] as const)('preferredLocale(%j) is %s', (preferred, expected) => {
  expect(preferredLocale(preferred)).toBe(expected)
})
