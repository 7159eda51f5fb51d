import { afterEach, describe, expect, test } from 'vitest'
import * as inFlat from '../../../companion/select/flat/practice.ts'
import * as inPhoto from '../../../companion/select/grabcut/practice.ts'
import type { OpenSelector } from '../../../companion/select/selector.ts'
import { openInThread } from '../../../companion/select/thread.ts'

const practiceOf = {
  flat: { image: inFlat.practicePicture, prompts: inFlat.practicePrompts },
  grabcut: { image: inPhoto.practicePicture, prompts: inPhoto.practicePrompts },
}
const run = { signal: new AbortController().signal, onProgress: () => {} }

describe('openInThread', () => {
  let selector: OpenSelector
  afterEach(() => selector.close())

  test.each(['flat', 'grabcut'] as const)(
    '%s selects the same after its practice as without',
    async (method) => {
      const practice = practiceOf[method]
      for (const prompt of practice.prompts) {
        selector = openInThread(method, 'Select', practice)
        const found = await selector.select(practice.image(), prompt, run)
        await selector.close()
        selector = openInThread(method, 'Select', practice)
        selector.getReady!()
        expect(await selector.select(practice.image(), prompt, run)).toEqual(found)
        await selector.close()
        expect(found.length).toBeGreaterThan(0)
      }
    },
  )

  test('practises once, whenever it is first to get ready', () => {
    let pictures = 0
    const image = () => {
      pictures += 1
      return practiceOf.flat.image()
    }
    selector = openInThread('flat', 'Select', { ...practiceOf.flat, image })
    expect(pictures).toBe(0)
    selector.getReady!()
    selector.getReady!()
    expect(pictures).toBe(1)
  })
})
