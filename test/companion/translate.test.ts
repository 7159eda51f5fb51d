import { describe, expect, test } from 'vitest'
import { failures, purposes, restrictions } from '../../companion/chinese.ts'
import { withFallbacks } from '../../companion/engines/fallbacks.ts'
import { engines } from '../../companion/engines/index.ts'
import { CompanionError } from '../../companion/errors.ts'
import { checkMargins } from '../../companion/fill/margins.ts'
import { createMask } from '../../companion/image/image.ts'
import { notes, ways } from '../../companion/notes.ts'
import {
  type EngineInfo,
  errorCodes,
  type ModelInfo,
  type Reply,
  type Used,
} from '../../companion/protocol.ts'
import { absence, deviceKinds, lackFrom } from '../../companion/runtime/device.ts'
import { failureFrom } from '../../companion/runtime/failures.ts'
import { selectors } from '../../companion/select/index.ts'
import { inLanguage } from '../../companion/translate.ts'
import { words } from '../../companion/words.ts'
import { models } from '../../models/index.ts'
import { chinese as windowWords } from '../../ui/strings/chinese.ts'
import { wordsOf } from '../support/words.ts'

const chinese = /[\u4e00-\u9fff]/
/** A word that is no name. */
const englishWord = /(?<![\w.])(?!infill\b|install\b|doctor\b|gpu\b|status\b|float)[a-z]{4,}(?![\w.])/

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

  test('what a person meets in the window is said whole, with what to do', async () => {
    const tooWide = createMask(30, 10)
    for (let y = 0; y < 10; y++) tooWide.data.fill(255, y * 30, y * 30 + 10)
    const shortOfMemory = () => Promise.reject(failureFrom('std::bad_alloc'))
    const tried = [ways.alone, ways.smaller(75), ways.onCpu].map((what) => ({
      ...{ against: ['out-of-memory'] as const, what, attempt: shortOfMemory },
    }))
    const said = await Promise.all([
      failureOf(() => checkMargins(tooWide, { title: 'Quick fill', limits: { expandShare: 0.25 } as never })),
      failureOf(() => withFallbacks(shortOfMemory, tried)),
      failureOf(shortOfMemory),
      failureOf(() => Promise.reject(new CompanionError('internal', words.internal('1a2b3c4d')))),
    ])
    for (const sentence of said) expect(sentence).not.toMatch(englishWord)
    expect(said[0]).toContain('快速填充最多将图片延伸其边长的 25%，而左侧要求 50%。')
    expect(said[1]).toContain('卸载了其他所有内容，然后按 75% 的尺寸计算填充，然后改由 CPU 计算填充')
    expect(said[3]).toContain('1a2b3c4d')
  })

  test('every model has a purpose, and what its licence forbids', () => {
    for (const { id, licence } of models) {
      const info = { id, purpose: 'Removes.', licence } as ModelInfo
      const [model] = inLanguage({ type: 'models', models: [info] }, 'zh-CN').models
      expect(model!.purpose, id).toBe(purposes[id])
      if (licence.restrictions === undefined) continue
      expect(model!.licence.restrictions, id).toBe(restrictions[licence.name])
      // As many points as in the licence itself.
      const points = (text: string) => text.match(/^\([a-z]\)/gm)
      expect(points(model!.licence.restrictions!)).toEqual(points(licence.restrictions))
    }
  })

  test('engines and selectors that are called by words have Chinese ones', () => {
    const infos = [...engines, ...selectors] as unknown as readonly EngineInfo[]
    const reply = { type: 'ready', engines: infos, selectors: [] } as unknown as Extract<
      Reply,
      { type: 'ready' }
    >
    const titles = inLanguage(reply, 'zh-CN').engines.map(({ title }) => title)
    expect(titles.filter((title) => !chinese.test(title))).toEqual([
      ...['LaMa', 'MI-GAN', 'PowerPaint', 'Stable Diffusion', 'Segment Anything'],
    ])
  })

  test('every option of every engine has a label, and every choice that is no name', () => {
    const described = engines.flatMap(({ options }) => options)
    const unlabelled = described.map(({ name }) => name).filter((name) => !(name in windowWords.options))
    expect(unlabelled).toEqual([])
    const choices = described
      .filter(({ name }) => name !== 'scheduler' && name !== 'model')
      .flatMap((option) => option.choices ?? [])
    expect(choices.filter((choice) => !chinese.test(windowWords.choices[choice] ?? ''))).toEqual([])
  })

  test.each([...wordsOf(notes)])('the note %s is said with all it says', (_, note) => {
    const said = saidOf(note)
    expect(said).toMatch(chinese)
    expect(said).not.toMatch(englishWord)
    expect(said.match(/\d/g)).toEqual(note.match(/\d/g))
  })

  test.each([...wordsOf(ways)])('the way %s is said in the note on it', (_, way) => {
    const said = saidOf(notes.memoryShort(way))
    expect(said).toMatch(/^内存不足，因此.*[\u4e00-\u9fff]+.*。$/)
    expect(said.replace('CPU', '')).not.toMatch(englishWord)
  })

  test('so is what a device lacks', () => {
    const lacks = [
      ...deviceKinds.map((kind) => absence(kind, [])),
      lackFrom('cuda', 'libcudnn.so.9: cannot open shared object file'),
    ].filter((lack) => lack !== null)
    expect(lacks.length).toBeGreaterThan(3)
    for (const lack of lacks) expect(saidOf(notes.deviceNotUsed('CUDA', lack))).not.toMatch(englishWord)
  })

  test('a note that nobody translated is said as it is', () => {
    expect(saidOf('Something new.')).toBe('Something new.')
    const reply = patchWith('Something new.')
    expect(inLanguage(reply, 'en')).toBe(reply)
  })
})

function saidOf(note: string): string {
  return inLanguage(patchWith(note), 'zh-CN').used.notes[0]!
}

function patchWith(note: string): Extract<Reply, { type: 'patch' }> {
  const used = { notes: [note] } as unknown as Used
  return { type: 'patch', id: 'a', variation: 0, seed: 1, rect: { x: 0, y: 0, width: 1, height: 1 }, used }
}

/** What the person reads when `work` fails. */
async function failureOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    const { code, message, hint } = error as CompanionError
    const reply = inLanguage({ type: 'failed', code, message, ...(hint !== undefined && { hint }) }, 'zh-CN')
    return `${reply.message} ${reply.hint ?? ''}`
  }
  throw new Error('Expected a failure.')
}
