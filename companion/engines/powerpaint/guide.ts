import type { Guidance } from '../../diffusion/denoise.ts'
import type { Networks } from '../../diffusion/networks.ts'
import { combine } from '../../diffusion/schedulers/combine.ts'
import type { Way } from '../../diffusion/way.ts'
import type { Run } from '../../run.ts'
import { idsOfPrompt } from './ids.ts'
import { type Mode, type PromptPair, promptsFor } from './prompts.ts'
import type { FoundPowerPaint } from './weights.ts'

export interface Asked {
  readonly mode: Mode
  readonly prompt: string
  readonly negativePrompt: string
  /** 0 … 1: how closely the fill follows the mask's outline, in the mode shape-guided. */
  readonly fitting: number
  /** 1: no guidance. */
  readonly scale: number
  /** 0 … 1 */
  readonly rescale: number
}

/** What steers a fill: the task's prompts, their embeddings mixed by `fitting` as the authors' pipeline does. */
export async function guideByTask(
  networks: Networks,
  { model: { tokenizer }, taskIds }: FoundPowerPaint,
  { mode, prompt, negativePrompt, fitting, scale, rescale }: Asked,
  way: Way,
  run: Run,
): Promise<Guidance> {
  const { positive, negative } = promptsFor(mode, prompt, negativePrompt)
  const mixed = async ({ tight, loose }: PromptPair) => {
    const embedded = await networks.embedIds(idsOfPrompt(tight, tokenizer, taskIds), way, run)
    if (tight === loose) return embedded
    const looser = await networks.embedIds(idsOfPrompt(loose, tokenizer, taskIds), way, run)
    return combine([fitting, embedded], [1 - fitting, looser])
  }
  return {
    positive: await mixed(positive),
    negative: scale > 1 ? await mixed(negative) : null,
    ...{ scale, rescale },
  }
}
