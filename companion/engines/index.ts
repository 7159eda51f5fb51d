import type { Engine } from './engine.ts'
import { lama } from './lama/index.ts'
import { migan } from './migan/index.ts'
import { createPatchmatch } from './patchmatch/index.ts'
import { powerPaint } from './powerpaint/index.ts'
import { stableDiffusion } from './stable-diffusion/index.ts'

/**
 * Every way to fill, the better one first. To add an engine: make its folder, then add its line here.
 *
 * @param threads how many the embedded engine uses, at least 1
 */
export function createEngines({ threads }: { readonly threads: number }): readonly Engine[] {
  return [lama, migan, powerPaint, stableDiffusion, createPatchmatch(threads)]
}

export const engines = createEngines({ threads: 1 })
