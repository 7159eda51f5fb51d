import type { Image } from '../../image/image.ts'
import { findClones } from './clone.ts'
import type { CompletionTask } from './complete.ts'
import { applyCopies } from './copy.ts'
import { countFlags, flagsOf } from './flags.ts'
import { borrow, bytes, copyOf } from './kernels.ts'
import { blendCopies } from './poisson.ts'
import { continueStraight } from './straight.ts'

/** Fills where the picture itself continues the whole hole exactly: the first step of `complete`. Else null. */
export function copyExactly({ image, mask, avoid }: Omit<CompletionTask, 'seed' | 'starts'>): Image | null {
  return borrow(() => {
    const copied = { ...image, data: copyOf(image.data) }
    const hole = flagsOf(mask)
    continueStraight(copied, hole)
    const clones = findClones(copied, hole, avoid ? flagsOf(avoid) : bytes(hole.length))
    if (clones.holePixels.length < countFlags(hole)) return null
    applyCopies(copied.data, clones.holePixels, clones.copiedFrom)
    blendCopies(copied, { hole, ...clones })
    return { ...copied, data: new Uint8Array(copied.data) }
  })
}
