import type { Field } from './field.ts'
import { borrow, bytes } from './kernels.ts'
import type { Level } from './level.ts'
import { bandsOf, runTogether } from './team.ts'

/**
 * Gives every hole pixel the mean of what the patches covering it would put there. A patch weighs
 * exp(−(d − dmin) / (alpha (dmean − dmin))) · gamma^−depth, d being its cost among those that cover the pixel:
 * likely patches, and those near the border, where more is certain, say more.
 * After Wexler et al., "Space-Time Completion of Video", 2007, §3.2.
 *
 * @param alpha small: the best patch alone decides; large: all have a say
 * @returns the mean change of a hole pixel's colour, in grey levels
 */
export function vote(level: Level, { match, cost }: Field, alpha: number): number {
  const { pixels, width, height, patchRadius, holePixels, depth } = level
  const change = borrow(() =>
    runTogether(
      'vote',
      bandsOf(holePixels).map((band) => [
        pixels,
        width,
        height,
        patchRadius,
        band,
        band.length,
        depth,
        match,
        cost,
        alpha,
        bytes(roomBytes),
      ]),
    ),
  )
  return change / (3 * holePixels.length)
}

/** Twice what the kernel needs: threads that write to one line of the processor's cache slow each other down. */
const roomBytes = 128
