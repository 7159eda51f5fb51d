import type { Engine } from './engine.ts'
import { lama } from './lama/index.ts'
import { migan } from './migan/index.ts'
import { patchmatch } from './patchmatch/index.ts'
import { stableDiffusion } from './stable-diffusion/index.ts'

/** Every way to fill, the better one first. To add an engine: make its folder, then add its line here. */
export const engines: readonly Engine[] = [lama, migan, stableDiffusion, patchmatch]
