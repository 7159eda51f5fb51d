import { describe, expect, test } from 'vitest'
import { failures, notes, purposes } from '../../companion/chinese.ts'
import { errorCodes, type ModelInfo, type Reply, type Used } from '../../companion/protocol.ts'
import { inLanguage } from '../../companion/translate.ts'
import { models } from '../../models/index.ts'

const chinese = /[\u4e00-\u9fff]/

describe('in Chinese', () => {
  test('every failure has a sentence', () => {
    expect(Object.keys(failures).sort()).toEqual([...errorCodes].sort())
    for (const code of errorCodes) {
      const reply = inLanguage({ type: 'failed', code, message: 'No.', hint: 'Do.' }, 'zh-CN')
      expect(reply.message, code).toMatch(chinese)
      expect(reply.hint ?? '', code).not.toBe('Do.')
    }
  })

  test('what only one case has stands behind the sentence', () => {
    const message = 'Expected at most 50 for steps but received 90.'
    const reply = inLanguage({ type: 'failed', code: 'option-invalid', message }, 'zh-CN')
    expect(reply.message).toContain(message)
  })

  test('every model has a purpose', () => {
    expect(models.map(({ id }) => id).filter((id) => !(id in purposes))).toEqual([])
    const info = { id: models[0]!.id, purpose: 'Removes.' } as ModelInfo
    expect(inLanguage({ type: 'models', models: [info] }, 'zh-CN').models[0]!.purpose).toMatch(chinese)
  })

  test.each([
    ['The fill was computed at 62 % of the picture’s size.', '62%'],
    ['Part of the fill was computed at 40 % of the picture’s size.', '40%'],
    ['What is too long to be seen at once was filled in 3 overlapping slices.', '3'],
    ['The NVIDIA driver was not used. It is too old.', 'NVIDIA'],
    ['Memory was short, so the CPU computed the fill.', '内存'],
  ])('%s', (note, kept) => {
    const used = { notes: [note] } as unknown as Used
    const reply: Reply = {
      type: 'patch',
      id: 'a',
      variation: 0,
      seed: 1,
      rect: { x: 0, y: 0, width: 1, height: 1 },
      used,
    }
    const [said] = inLanguage(reply, 'zh-CN').used.notes
    expect(said).toMatch(chinese)
    expect(said).toContain(kept)
    expect(notes.filter(([english]) => english.test(note))).toHaveLength(1)
  })

  test('a note that nobody translated is said as it is', () => {
    const used = { notes: ['Something new.'] } as unknown as Used
    const reply: Reply = {
      type: 'patch',
      id: 'a',
      variation: 0,
      seed: 1,
      rect: { x: 0, y: 0, width: 1, height: 1 },
      used,
    }
    expect(inLanguage(reply, 'zh-CN').used.notes).toEqual(['Something new.'])
    expect(inLanguage(reply, 'en')).toBe(reply)
  })
})
