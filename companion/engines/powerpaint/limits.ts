import type { Options } from '../../protocol.ts'
import type { Limits } from '../engine.ts'
import { trainedSides } from './presets.ts'
import { mostPixels } from './working-size.ts'

/**
 * A removal sees as much around the hole as the hole is long, an expansion as much as it is deep; else the hole takes half of
 * what is seen.
 */
export function limitsFor({ size }: Options): Limits {
  const side = typeof size === 'number' ? size : trainedSides['object-removal']
  return {
    contextPx({ width, height }, task) {
      const longest = Math.max(width, height)
      const wanted = {
        remove: longest,
        expand: Math.min(width, height),
        fill: longest / 2,
        shape: longest / 2,
      }
      return Math.max(leastContextPx, wanted[task])
    },
    contextPixels: mostPixels(side, 'object-removal'),
    leastPixels: Math.min(side, trainedSides['object-removal']) ** 2,
    sideMultiple: 64,
    // Half as wide again in one pass, on either side.
    expandPassShare: 0.5,
    // The authors' blurry gap: 10 px where the shorter side has 512.
    expandFadeShare: 10 / 512,
  }
}

const leastContextPx = 64
