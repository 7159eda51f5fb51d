import type { Field } from './field.ts'
import { borrow, bytes, kernels } from './kernels.ts'
import type { Level } from './level.ts'

/**
 * How strong edges are in the matches of the patches around the hole, relative to what really is there, over the patches
 * whose centres are known. Below 1, because the more there is to see in a patch, the less is any other like it: 0.8 … 0.9
 * in photographs, about 1 in interface art. The fill, copied from such matches, lacks about as much.
 */
export function keptEdges({ pixels, width, height, hole, targets }: Level, { match }: Field): number {
  return borrow(() => {
    const strengths = bytes(2 * Float64Array.BYTES_PER_ELEMENT)
    kernels.compareEdges(pixels, width, height, hole, targets, targets.length, match, strengths)
    const [known = 0, shown = 0] = new Float64Array(strengths.buffer, strengths.byteOffset, 2)
    return known === 0 || shown === 0 ? 1 : shown / known
  })
}
