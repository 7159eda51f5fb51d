import type { Limits } from '../engines/engine.ts'

/** What the published models were trained at: the side of a square, pixels. */
export const trainedSide = 512

/** The hole takes about half of the working side. */
export function diffusionLimits(side: number): Limits {
  return {
    contextPx: ({ width, height }) => Math.max(leastContextPx, Math.max(width, height) / 2),
    contextPixels: side * side,
    // At smaller sizes than they were trained at they draw badly.
    leastPixels: Math.min(side, trainedSide) ** 2,
    sideMultiple: 64,
  }
}

const leastContextPx = 64
