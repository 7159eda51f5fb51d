import { powerPaint as model } from '../../../models/powerpaint/model.ts'
import { Computed } from '../../diffusion/networks.ts'
import type { Engine } from '../engine.ts'
import { openFillByTask } from './fill-by-task.ts'
import { limitsFor } from './limits.ts'
import { options, rawOptions } from './options.ts'
import { strengthFor } from './presets.ts'
import { modeOf } from './prompts.ts'
import { fillRaw } from './raw.ts'

/** One model for every task: see README.md. */
export const powerPaint: Engine = createPowerPaint()

/** One with nothing computed before. */
export function createPowerPaint(): Engine {
  const computed = new Computed()
  return {
    id: 'powerpaint',
    title: model.title,
    tasks: ['fill', 'shape', 'expand', 'remove'],
    // Small holes and texture are LaMa's; what is large is left to it where the best is asked for.
    tasksByName: ['remove'],
    removesLarge: true,
    takesPrompt: true,
    seeded: true,
    models: [model.id],
    licences: [model.licence],
    options,
    rawOptions,
    limits: limitsFor({}),
    limitsFor,
    startsFilled: (options, task) => strengthFor(modeOf[task], options) < 1,
    lane: 'model',
    rendersKnown: true,

    open: (_run, means) => openFillByTask(means, computed),

    raw: (picture, settings, run, means, count) =>
      fillRaw({ picture, settings, means, count, computed }, run),
  }
}
