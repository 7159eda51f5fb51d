import { fillRawBy, type RawCall, type RawRecipe } from '../../diffusion/raw-fill.ts'
import type { Run } from '../../run.ts'
import type { RawFill } from '../engine.ts'
import { guideByTask } from './guide.ts'
import { type Mode, modeOf } from './prompts.ts'
import { findPowerPaint } from './weights.ts'

/**
 * What PowerPaint's own pipeline makes of picture and mask, as they are: what its demo does before, scaling and drawing the
 * canvas, has been done.
 *
 * @throws CompanionError 'model-missing', 'model-damaged', 'option-invalid', 'out-of-memory'; the signal's reason
 */
export async function fillRaw(call: RawCall, run: Run): Promise<RawFill> {
  const { task, prompt, negativePrompt, options } = call.settings
  const found = await findPowerPaint(call.means)
  const mode = (options.mode as Mode | undefined) ?? modeOf[task]
  const [fitting, rescale] = [Number(options.fitting), Number(options.rescale)]
  const recipe: RawRecipe = {
    model: found.model,
    steps: 45,
    guide: (networks, scale, way, loading) =>
      guideByTask(networks, found, { mode, prompt, negativePrompt, fitting, scale, rescale }, way, loading),
  }
  return fillRawBy(recipe, call, run)
}
