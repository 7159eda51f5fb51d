import type { Field } from './field.ts'
import { ints, kernels } from './kernels.ts'
import type { Level } from './level.ts'

/**
 * Where each hole pixel is to be copied from: out of the patches that cover it, the one with the least
 * (d + 50)(1 + 0.05 r²), r being how far the pixel lies from that patch's centre. Copied pixels keep the sharpness
 * that the mean of many patches loses.
 *
 * @returns for each of `level.holePixels` a known place
 */
export function chooseCopies(level: Level, { match, cost }: Field): Int32Array {
  const { width, height, patchRadius, holePixels } = level
  const copiedFrom = ints(holePixels.length)
  kernels.chooseCopies(width, height, patchRadius, holePixels, holePixels.length, match, cost, copiedFrom)
  return copiedFrom
}

/** Puts the copies in their places. */
export function applyCopies(pixels: Uint8Array, holePixels: Int32Array, copiedFrom: Int32Array): void {
  kernels.applyCopies(pixels, holePixels, holePixels.length, copiedFrom)
}
