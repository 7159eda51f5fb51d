import type { Guidance } from '../../diffusion/denoise.ts'
import { openDiffusion } from '../../diffusion/fill-tile.ts'
import type { FoundModel } from '../../diffusion/found-model.ts'
import type { Computed, Networks } from '../../diffusion/networks.ts'
import type { Way } from '../../diffusion/way.ts'
import { CompanionError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import type { FillSettings, Means, OpenEngine } from '../engine.ts'
import { choiceOf } from './presets.ts'
import { findLora, findModel } from './weights.ts'

/** Fills tiles by prompt, all with one model. */
export async function openFillByPrompt(means: Means, computed: Computed): Promise<OpenEngine> {
  let model: FoundModel | null = null
  return openDiffusion(means, computed, async (settings) => {
    const { numbers, withLora, ...words } = choiceOf(settings)
    model ??= await findModel(means, versionFor(withLora, settings, means))
    return {
      model,
      numbers,
      lora: withLora ? await findLora(means, model) : null,
      guide: (networks, way, run) => guideByWords(networks, { ...words, scale: numbers.guidance }, way, run),
    }
  })
}

/** Guidance to what a prompt says, and away from what a negative one does; a scale of 1 is none. */
export async function guideByWords(
  networks: Networks,
  words: { readonly prompt: string; readonly negativePrompt: string; readonly scale: number },
  way: Way,
  run: Run,
): Promise<Guidance> {
  const { prompt, negativePrompt, scale } = words
  return {
    positive: await networks.embed(prompt, way, run),
    negative: scale > 1 ? await networks.embed(negativePrompt, way, run) : null,
    scale,
    rescale: 0,
  }
}

/** @throws CompanionError 'option-invalid' */
function versionFor(
  withLora: boolean,
  { options: { model } }: FillSettings,
  { checkpoint }: Means,
): string | undefined {
  if (withLora && model === '2') {
    throw new CompanionError(
      'option-invalid',
      'The preset few-steps is for model 1.5. Choose that, or another preset.',
    )
  }
  // A folder that the person named says itself what it is.
  return withLora && checkpoint === undefined ? '1.5' : (model as string | undefined)
}
