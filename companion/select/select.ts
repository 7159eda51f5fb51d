import { encodeMask } from '../image/codec.ts'
import type { Image } from '../image/image.ts'
import type { Rect } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { OpenSelector, Prompt } from './selector.ts'

/** All that one selection needs. */
export interface SelectJob {
  readonly image: Image
  readonly prompt: Prompt
}

export interface EncodedCandidate {
  readonly rect: Rect
  readonly score: number
  /** Grey, of the picture's size. */
  readonly png: Uint8Array
}

/**
 * Picture and prompt → masks, best first.
 *
 * @throws the signal's reason when cancelled; CompanionError
 */
export async function select(
  { image, prompt }: SelectJob,
  selector: OpenSelector,
  run: Run,
): Promise<EncodedCandidate[]> {
  const candidates = await selector.select(image, prompt, run)
  const encoded = await Promise.all(
    candidates.map(async ({ mask, rect, score }) => {
      return { rect, score, png: await encodeMask(mask, rect, image) }
    }),
  )
  run.signal.throwIfAborted()
  return encoded
}
