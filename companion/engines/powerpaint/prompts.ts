import type { Task } from '../../protocol.ts'

/** What PowerPaint was taught to do, by the names that its authors give. */
export const modes = [
  'text-guided',
  'object-removal',
  'shape-guided',
  'image-outpainting',
  'context-aware',
] as const

export type Mode = (typeof modes)[number]

export const modeOf: Readonly<Record<Task, Mode>> = {
  remove: 'object-removal',
  fill: 'text-guided',
  shape: 'shape-guided',
  expand: 'image-outpainting',
}

/** What the text encoder is told: the person's own words, and what the task puts around them. */
export interface Prompt {
  readonly before: string
  readonly own: string
  readonly after: string
}

/** Two prompts, between whose embeddings `fitting` lies: 1 is `tight`, 0 is `loose`. */
export interface PromptPair {
  readonly tight: Prompt
  readonly loose: Prompt
}

/**
 * The authors' own prompts for a task, word for word (app.py: `add_task`, version ppt-v1); those for `context-aware` are
 * IOPaint's, since theirs have none.
 */
export function promptsFor(
  mode: Mode,
  prompt: string,
  negativePrompt: string,
): { readonly positive: PromptPair; readonly negative: PromptPair } {
  const positive = (before: string, after: string) => ({ before, own: prompt, after })
  const negative = (after: string) => ({ before: '', own: negativePrompt, after })
  switch (mode) {
    case 'object-removal':
    case 'image-outpainting':
      return {
        positive: pairOf(positive('empty scene blur ', ' P_ctxt')),
        negative: pairOf(negative(' P_obj')),
      }
    case 'shape-guided':
      return {
        positive: { tight: positive('', ' P_shape'), loose: positive('', ' P_ctxt') },
        negative: { tight: negative(`${flaws}P_shape`), loose: negative(`${flaws}P_ctxt`) },
      }
    case 'text-guided':
      return { positive: pairOf(positive('', ' P_obj')), negative: pairOf(negative(`${flaws}P_obj`)) }
    case 'context-aware':
      return { positive: pairOf(positive('', ' P_ctxt')), negative: pairOf(negative('')) }
  }
}

const flaws = ', worst quality, low quality, normal quality, bad quality, blurry '

function pairOf(prompt: Prompt): PromptPair {
  return { tight: prompt, loose: prompt }
}
