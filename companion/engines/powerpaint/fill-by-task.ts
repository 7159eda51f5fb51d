import { openDiffusion } from '../../diffusion/fill-tile.ts'
import type { Computed } from '../../diffusion/networks.ts'
import type { Means, OpenEngine } from '../engine.ts'
import { guideByTask } from './guide.ts'
import { numbersFor } from './presets.ts'
import { modeOf } from './prompts.ts'
import { type FoundPowerPaint, findPowerPaint } from './weights.ts'
import { taskSizes } from './working-size.ts'

/** Fills tiles as their task wants it. */
export async function openFillByTask(means: Means, computed: Computed): Promise<OpenEngine> {
  let found: FoundPowerPaint | null = null
  return openDiffusion(means, computed, async ({ task, prompt, negativePrompt, options }) => {
    found ??= await findPowerPaint(means)
    const powerPaint = found
    const mode = modeOf[task]
    const numbers = numbersFor(mode, options)
    const [fitting, rescale] = [Number(options.fitting), Number(options.rescale)]
    const asked = { mode, prompt, negativePrompt, fitting, rescale, scale: numbers.guidance }
    return {
      ...{ model: powerPaint.model, lora: null, numbers },
      guide: (networks, way, run) => guideByTask(networks, powerPaint, asked, way, run),
      sizesFor: (tile, side, scale) => taskSizes(tile, side, scale, mode),
    }
  })
}
