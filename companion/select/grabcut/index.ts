import type { Selector } from '../selector.ts'
import { openInThread } from '../thread.ts'
import { practicePicture, practicePrompts } from './practice.ts'

/** Tells a thing from its ground by their colours: for photographs, without a model. */
export const grabcut: Selector = {
  id: 'grabcut',
  title: 'Quick select',
  takesBox: true,
  takesPoints: true,
  models: [],
  licences: [],
  suits: () => true,
  open: () => openInThread('grabcut', 'Quick select', { image: practicePicture, prompts: practicePrompts }),
}
