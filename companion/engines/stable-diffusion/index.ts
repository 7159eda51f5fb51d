import { lcmLora15, stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/model.ts'
import { diffusionLimits, trainedSide } from '../../diffusion/limits.ts'
import { Computed } from '../../diffusion/networks.ts'
import { numberOptions, rawOptions } from '../../diffusion/options.ts'
import type { Engine } from '../engine.ts'
import { openFillByPrompt } from './fill-by-prompt.ts'
import { numbersOf, presets } from './presets.ts'
import { fillRaw } from './raw.ts'

/** Fills by prompt with Stable Diffusion 2 or 1.5 for inpainting: see README.md. */
export const stableDiffusion: Engine = createStableDiffusion()

/** One with nothing computed before. */
export function createStableDiffusion(): Engine {
  const computed = new Computed()
  return {
    id: 'stable-diffusion',
    title: 'Stable Diffusion',
    tasks: ['fill', 'expand', 'remove'],
    // It invents what it removes things for; LaMa and PatchMatch do not.
    tasksByName: ['remove'],
    takesPrompt: true,
    seeded: true,
    models: [stableDiffusion2.id, stableDiffusion15.id],
    extras: [lcmLora15.id],
    licences: [stableDiffusion2.licence, stableDiffusion15.licence],
    options: [
      { name: 'model', kind: 'choice', default: null, choices: ['2', '1.5'], label: 'Stable Diffusion' },
      {
        name: 'preset',
        kind: 'choice',
        default: null,
        choices: presets.map(({ id }) => id),
        label: 'Preset',
      },
      ...numberOptions,
    ],
    rawOptions,
    limits: diffusionLimits(trainedSide),
    limitsFor: (options) => diffusionLimits(numbersOf(options).size),
    startsFilled: (options) => typeof options.strength === 'number' && options.strength < 1,
    lane: 'model',
    rendersKnown: true,

    open: (_run, means) => openFillByPrompt(means, computed),

    raw: (picture, settings, run, means, count) =>
      fillRaw({ picture, settings, means, count, computed }, run),
  }
}
