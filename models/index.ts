import { lama } from './lama/model.ts'
import { migan } from './migan/model.ts'
import type { ModelDefinition } from './model.ts'
import { powerPaint } from './powerpaint/model.ts'
import { edgeTam, sam21Tiny } from './sam/model.ts'
import { lcmLora15, stableDiffusion2, stableDiffusion15 } from './stable-diffusion/model.ts'

/** Every model that can be installed. To add one: make its folder, then add its line here. */
export const models: readonly ModelDefinition[] = [
  lama,
  migan,
  stableDiffusion2,
  stableDiffusion15,
  lcmLora15,
  powerPaint,
  sam21Tiny,
  edgeTam,
]
