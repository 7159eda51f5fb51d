import type { Selector } from '../selector.ts'
import { openInThread } from '../thread.ts'
import { practicePicture, practicePrompts } from './practice.ts'
import { isFlatArt } from './suits.ts'

/** Takes widgets out of interface art along their exact edges. */
export const flat: Selector = {
  id: 'flat',
  title: 'Flat select',
  takesBox: true,
  takesPoints: true,
  models: [],
  licences: [],
  suits: isFlatArt,
  open: () => openInThread('flat', 'Flat select', { image: practicePicture, prompts: practicePrompts }),
}
