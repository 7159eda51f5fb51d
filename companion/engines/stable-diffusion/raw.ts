import { fillRawBy, type RawCall, type RawRecipe } from '../../diffusion/raw-fill.ts'
import type { Run } from '../../run.ts'
import type { RawFill } from '../engine.ts'
import { guideByWords } from './fill-by-prompt.ts'
import { findModel } from './weights.ts'

/**
 * What diffusers' `StableDiffusionInpaintPipeline` makes of picture and mask.
 *
 * @throws CompanionError 'model-missing', 'model-damaged', 'option-invalid', 'out-of-memory'; the signal's reason
 */
export async function fillRaw(call: RawCall, run: Run): Promise<RawFill> {
  const { prompt, negativePrompt, options } = call.settings
  const recipe: RawRecipe = {
    model: await findModel(call.means, options.model as string | undefined),
    steps: 50,
    guide: (networks, scale, way, loading) =>
      guideByWords(networks, { prompt, negativePrompt, scale }, way, loading),
  }
  return fillRawBy(recipe, call, run)
}
