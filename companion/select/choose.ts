import type { Installed } from '../engines/choose.ts'
import type { Image } from '../image/image.ts'
import type { Prompt, Selector } from './selector.ts'

/**
 * For 'auto' the first selector that is ready, takes what was drawn and suits the picture there; otherwise the one
 * asked for by id. undefined: there is none.
 */
export function chooseSelector(
  selectors: readonly Selector[],
  installed: Installed,
  asked: string,
  image: Image,
  prompt: Prompt,
): Selector | undefined {
  if (asked !== 'auto') return selectors.find(({ id }) => id === asked)
  return selectors.find(
    (selector) => isReady(selector, installed) && takes(selector, prompt) && selector.suits(image, prompt),
  )
}

/** Whether it takes all that was drawn. */
export function takes({ takesBox, takesPoints }: Selector, { points, box }: Prompt): boolean {
  return (takesBox || box === null) && (takesPoints || points.length === 0)
}

/** Whether it can select at once. */
export function isReady({ models }: Selector, installed: Installed): boolean {
  return models.every((id) => installed.has(id))
}
