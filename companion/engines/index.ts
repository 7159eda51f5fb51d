import type { Engine } from './engine.ts'
import { patchmatch } from './patchmatch/index.ts'

/** Every way to fill. To add an engine: make its folder, then add its line here. */
export const engines: readonly Engine[] = [patchmatch]
