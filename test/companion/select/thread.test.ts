import { afterEach, describe, expect, test } from 'vitest'
import { practicePicture, practicePrompts } from '../../../companion/select/grabcut/practice.ts'
import type { OpenSelector } from '../../../companion/select/selector.ts'
import { openInThread } from '../../../companion/select/thread.ts'

const image = practicePicture()
const [click] = practicePrompts
const run = { signal: new AbortController().signal, onProgress: () => {} }

describe('openInThread', () => {
  let selector: OpenSelector
  afterEach(() => selector.close())

  test('selects the same after its practice as without any', async () => {
    selector = openInThread('grabcut', 'Quick select')
    const found = await selector.select(image, click!, run)
    await selector.close()
    selector = openInThread('grabcut', 'Quick select', { image: practicePicture, prompts: practicePrompts })
    selector.getReady!()
    expect(await selector.select(image, click!, run)).toEqual(found)
    expect(found.length).toBeGreaterThan(0)
  })

  test('practises once, whenever it is first to get ready', () => {
    let pictures = 0
    const practice = {
      prompts: practicePrompts,
      image() {
        pictures += 1
        return practicePicture()
      },
    }
    selector = openInThread('grabcut', 'Quick select', practice)
    expect(pictures).toBe(0)
    selector.getReady!()
    selector.getReady!()
    expect(pictures).toBe(1)
  })
})
