import { borrow, bytes, ints, kernels } from './kernels.ts'
import type { Scene } from './level.ts'

/**
 * How busy the surroundings of each pixel are, into its fourth byte: the mean |gradient| of the known brightness in a
 * box, times 5. It keeps smooth patches from winning over textured ones when both have the right mean colour.
 * One byte of the features of Newson et al., "Video Inpainting of Complex Scenes", 2014, §3.3.
 *
 * @param radiusPx half the box's side, at most 16
 */
export function measureTexture({ pixels, hole, width, height }: Scene, radiusPx: number): void {
  borrow(() =>
    kernels.measureTexture(pixels, hole, width, height, radiusPx, bytes(2 * width * height), ints(2 * width)),
  )
}
