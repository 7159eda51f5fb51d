import type { Engine } from './engine.ts'
import { lama } from './lama/index.ts'
import { migan } from './migan/index.ts'
import { createPatchmatch } from './patchmatch/index.ts'

/**
 * Every way to fill, the better one first. To add an engine: make its folder, then add its line here.
 *
 * @param threads how many the embedded engine uses, at least 1
 */
export function createEngines({ threads }: { readonly threads: number }): readonly Engine[] {
  return [lama, migan, createPatchmatch(threads)]
}

export const engines = createEngines({ threads: 1 })
