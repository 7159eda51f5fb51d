import { describe, expect, test } from 'vitest'
import { createTokenizer } from '../../../../companion/diffusion/tokenizer.ts'
import { idsOfPrompt, publishedTaskIds, taskIdsBy } from '../../../../companion/engines/powerpaint/ids.ts'
import { promptsFor } from '../../../../companion/engines/powerpaint/prompts.ts'
import { diffusionPath, goldenIds, readJson, tokenizerFiles } from '../../../support/diffusion.ts'
import { powerPaintCalls, powerPaintReference } from '../../../support/powerpaint.ts'

const tokenizer = createTokenizer(tokenizerFiles('<|endoftext|>'))
const idsOf = (before: string, own: string, after: string) =>
  idsOfPrompt({ before, own, after }, tokenizer, publishedTaskIds)

const golden = readJson(diffusionPath('tokenizer', 'prompts-powerpaint-v1.json')) as readonly {
  readonly prompt: string
  readonly ids: readonly (number | string)[]
  readonly length: number
}[]
const begin = 49406
const end = 49407
const cat = 2368

describe('idsOfPrompt', () => {
  test.each(golden.filter(({ length }) => length <= 77))(
    'gives the ids of PowerPaint’s tokenizer for $prompt',
    ({ prompt, ids }) => {
      expect(idsOf('', prompt, '')).toEqual(goldenIds(ids))
    },
  )

  test.each(powerPaintCalls)('gives those of all four prompts of $name', async (call) => {
    const { reference } = await powerPaintReference(call)
    const { positive, negative } = promptsFor(call.mode, call.prompt, call.negativePrompt)
    const prompts = { A: positive.tight, B: positive.loose, negA: negative.tight, negB: negative.loose }
    for (const [name, prompt] of Object.entries(prompts)) {
      const ids = idsOfPrompt(prompt, tokenizer, publishedTaskIds)
      expect(ids).toEqual([...reference(`ids.${name}`).data])
    }
  })

  // What the original cuts in the middle, and stops; and what it cuts off whole, and loses.
  test.each([66, 74, 75, 90])('keeps the task word whole behind %i words', (count) => {
    const words = Array(65).fill(cat)
    expect(idsOf('', 'cat '.repeat(count), ' P_ctxt')).toEqual([
      begin,
      ...words,
      ...publishedTaskIds.P_ctxt,
      end,
    ])
  })

  test('keeps all that the task adds, before and behind', () => {
    const { negative } = promptsFor('text-guided', '', 'cat '.repeat(80))
    const { tight } = negative
    const ids = idsOfPrompt(tight, tokenizer, publishedTaskIds)
    const added = idsOf('', '', tight.after).filter((id) => id !== begin && id !== end)
    expect(ids).toEqual([begin, ...Array(75 - added.length).fill(cat), ...added, end])

    const { positive } = promptsFor('object-removal', 'cat '.repeat(80), '')
    const removal = idsOfPrompt(positive.tight, tokenizer, publishedTaskIds)
    expect(removal.slice(0, 5)).toEqual([begin, 7893, 3562, 27976, cat])
    expect(removal.slice(-11)).toEqual([...publishedTaskIds.P_ctxt, end])
  })

  test('leaves out a task word of the person’s own rather than cut it', () => {
    const ids = idsOf('', `${'cat '.repeat(60)} P_obj`, ' P_ctxt')
    expect(ids).toEqual([begin, ...Array(60).fill(cat), ...publishedTaskIds.P_ctxt, ...Array(6).fill(end)])
  })

  test('takes other ids for the task words, as repacked weights have', () => {
    const others = taskIdsBy((word, index) => (word === 'P_obj' ? 100 + index : 0))
    const ids = idsOfPrompt({ before: '', own: 'cat', after: ' P_obj' }, tokenizer, others)
    expect(ids.slice(0, 12)).toEqual([begin, cat, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109])
  })
})
