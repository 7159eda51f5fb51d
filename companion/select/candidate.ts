import { createMask, type Mask, type Size } from '../image/image.ts'
import { boundsOf } from '../image/mask.ts'
import type { Rect } from '../protocol.ts'
import type { Candidate } from './selector.ts'

/**
 * What was found in a part of a picture.
 *
 * @param part Of `rect`'s size, exactly 0 or 255.
 * @returns null where nothing is selected in it
 */
export function candidateFrom(
  { width, height }: Size,
  part: Mask,
  rect: Rect,
  score: number,
): Candidate | null {
  const bounds = boundsOf(part)
  if (bounds === null) return null
  const mask = createMask(width, height)
  for (let y = 0; y < rect.height; y += 1) {
    const row = part.data.subarray(y * rect.width, (y + 1) * rect.width)
    mask.data.set(row, (rect.y + y) * width + rect.x)
  }
  return { mask, rect: { ...bounds, x: rect.x + bounds.x, y: rect.y + bounds.y }, score }
}

/** Two candidates are the same where they share so much: what is in both, of what is in either. */
export const sameShare = 0.85
