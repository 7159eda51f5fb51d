import type { Engine } from './engine.ts'
import { createPatchmatch } from './patchmatch/index.ts'

/**
 * Every way to fill. To add an engine: make its folder, then add its line here.
 *
 * @param threads how many the embedded engine uses, at least 1
 */
export function createEngines({ threads }: { readonly threads: number }): readonly Engine[] {
  return [createPatchmatch(threads)]
}

export const engines = createEngines({ threads: 1 })
