import type { Computed } from '../../diffusion/networks.ts'
import { fillRawBy, type RawPicture, type RawRecipe } from '../../diffusion/raw-fill.ts'
import type { Run } from '../../run.ts'
import type { FillSettings, Means } from '../engine.ts'
import { guideByWords } from './fill-by-prompt.ts'
import { findModel } from './weights.ts'

/**
 * What diffusers' `StableDiffusionInpaintPipeline` makes of picture and mask.
 *
 * @throws CompanionError 'model-missing', 'model-damaged', 'option-invalid', 'out-of-memory'; the signal's reason
 */
export async function fillRaw(
  picture: RawPicture,
  settings: FillSettings,
  run: Run,
  means: Means,
  count: number,
  computed: Computed,
) {
  const { prompt, negativePrompt, options } = settings
  const recipe: RawRecipe = {
    model: await findModel(means, options.model as string | undefined),
    steps: 50,
    guide: (networks, scale, way, loading) =>
      guideByWords(networks, { prompt, negativePrompt, scale }, way, loading),
  }
  return fillRawBy(recipe, picture, settings, run, means, count, computed)
}
