import { describe, expect, test } from 'vitest'
import { defaultSettings } from '../../plugin/messages.ts'
import { chinese } from '../../plugin/words/chinese.ts'
import { english } from '../../plugin/words/english.ts'
import { FakeFigma } from '../support/fake-figma/index.ts'
import { openPlugin } from '../support/sandbox.ts'
import { wordsOf } from '../support/words.ts'

describe('what the sandbox says', () => {
  test('is the same in each language, and none of it is left in English', () => {
    const [ours, theirs] = [new Map(wordsOf(english)), new Map(wordsOf(chinese))]
    expect([...theirs.keys()]).toEqual([...ours.keys()])
    expect([...theirs].filter(([key, word]) => ours.get(key) === word)).toEqual([])
  })

  test('is in the language of the system, unless the person chooses another', async () => {
    const figma = new FakeFigma()
    const plugin = await openPlugin({ figma })
    const message = async (preferred: 'en' | 'zh-CN') => {
      const { selection } = await plugin.request('start', { preferred })
      return selection.state === 'not-fillable' ? selection.message : ''
    }
    expect(await message('zh-CN')).toBe(chinese.selection.nothing)
    expect(await message('en')).toBe(english.selection.nothing)
    await plugin.request('saveSettings', { settings: { ...defaultSettings, locale: 'zh-CN' } })
    expect(await message('en')).toBe(chinese.selection.nothing)
    plugin.close()
  })
})
