import type { Field } from './field.ts'
import { borrow, bytes, floats, ints, kernels } from './kernels.ts'
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

/** More than the kernels need: threads that write to one line of the processor's cache slow each other down. */
const roomBytes = 512

/** `alpha` for votes of many. */
const broadly = 2

/**
 * Lets the patches vote on the steps from each hole pixel to its neighbours, instead of on its colour: where they agree on a
 * texture but not on its brightness, that leaves no seam. Every other row of patches is asked, which is enough of them. Where
 * one fits exactly, only such ones count: dmean − dmin is held to 16 dmin.
 * After Darabi et al., "Image Melding", 2012, §3.2.
 *
 * @returns 4 numbers for each of `level.holePixels`: the sum of its colour's steps to its neighbours
 */
export function voteOnSteps(level: Level, { match, cost }: Field): Float32Array {
  const { pixels, width, height, patchRadius, holePixels, depth } = level
  const steps = floats(4 * holePixels.length)
  borrow(() => {
    const number = ints(width * height)
    for (let k = 0; k < holePixels.length; k++) number[holePixels[k]!] = k + 1
    kernels.voteOnSteps(
      pixels,
      width,
      height,
      patchRadius,
      holePixels,
      holePixels.length,
      depth,
      match,
      cost,
      broadly,
      bytes(roomBytes),
      number,
      steps,
    )
  })
  return steps
}
