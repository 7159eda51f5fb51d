import { createMask, type Mask, type Size } from '../../companion/image/image.ts'
import type { Candidate } from '../../companion/select/selector.ts'

/** A candidate's mask where it lies in the picture: of the picture's size. */
export function maskInPicture({ mask, rect }: Candidate, { width, height }: Size): Mask {
  const whole = createMask(width, height)
  for (let y = 0; y < rect.height; y += 1) {
    const row = mask.data.subarray(y * rect.width, (y + 1) * rect.width)
    whole.data.set(row, (rect.y + y) * width + rect.x)
  }
  return whole
}
