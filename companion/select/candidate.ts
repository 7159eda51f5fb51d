import { cropMask } from '../image/crop.ts'
import type { Mask } from '../image/image.ts'
import { boundsOf } from '../image/mask.ts'
import type { Rect } from '../protocol.ts'
import type { Candidate } from './selector.ts'

/**
 * What was found in a part of a picture.
 *
 * @param part Of `rect`'s size, exactly 0 or 255.
 * @returns null where nothing is selected in it
 */
export function candidateFrom(part: Mask, rect: Rect, score: number): Candidate | null {
  const bounds = boundsOf(part)
  if (bounds === null) return null
  const placed = { ...bounds, x: rect.x + bounds.x, y: rect.y + bounds.y }
  return { mask: cropMask(part, bounds), rect: placed, score }
}

/** Two candidates are the same where they share so much: what is in both, of what is in either. */
export const sameShare = 0.85
