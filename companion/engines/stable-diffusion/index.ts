import { lcmLora15, stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/model.ts'
import { describeDevice } from '../../runtime/device.ts'
import type { Engine } from '../engine.ts'
import { FillByPrompt } from './fill-by-prompt.ts'
import { Computed } from './networks.ts'
import { options, rawOptions } from './options.ts'
import { type recipeOf, trainedSide } from './presets.ts'
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
    options,
    rawOptions,
    limits: limitsAt(trainedSide),
    limitsFor: (options) => limitsAt(sizeOf(options)),
    startsFilled: (options) => typeof options.strength === 'number' && options.strength < 1,
    lane: 'model',
    rendersKnown: true,

    async open(_run, means) {
      return new FillByPrompt(means, computed, await describeDevice('cpu'))
    },

    raw: (picture, settings, run, means, count) => fillRaw(picture, settings, run, means, count, computed),
  }
}

function sizeOf({ size }: Parameters<typeof recipeOf>[0]): number {
  return typeof size === 'number' ? size : trainedSide
}

/** The hole takes about half of the side that the model was trained at. */
function limitsAt(side: number): Engine['limits'] {
  return {
    contextPx: ({ width, height }) => Math.max(leastContextPx, Math.max(width, height) / 2),
    contextPixels: side * side,
    // At other sizes than it was trained at it draws badly.
    enlarges: true,
    sideMultiple: 64,
  }
}

const leastContextPx = 64
