import type { Checkpoint } from '../../../models/checkpoint.ts'
import { mergeLora, strayLayers } from '../../../models/nn/lora.ts'
import { GraphError } from '../../../models/onnx/graph.ts'
import {
  stableDiffusion2 as config2,
  stableDiffusion15 as config15,
} from '../../../models/stable-diffusion/config.ts'
import { lcmLora15, stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/model.ts'
import {
  type FoundModel,
  type Network,
  openModel,
  openNetwork,
  openTokenizer,
} from '../../diffusion/found-model.ts'
import { stableDiffusionNoise } from '../../diffusion/schedulers/config.ts'
import { CompanionError } from '../../errors.ts'
import type { Means } from '../engine.ts'
import { fromWeights } from '../weights.ts'

/**
 * The model that fills: the named folder or file; else the one asked for; else the best that is installed.
 *
 * @param version '2' or '1.5'.
 * @throws CompanionError 'model-missing', 'model-damaged', 'option-invalid'
 */
export async function findModel(means: Means, version: string | undefined): Promise<FoundModel> {
  const { checkpoint } = means
  if (checkpoint !== undefined) {
    if (version !== undefined) {
      throw new CompanionError(
        'option-invalid',
        'Leave out model: the weights that were named say which one they are.',
      )
    }
    return openModel(checkpoint)
  }
  const asked = version === undefined ? published : published.filter((model) => model.version === version)
  let missing: unknown
  for (const model of asked) {
    try {
      return await installedModel(model, await means.files(model.definition.id))
    } catch (error) {
      if (!(error instanceof CompanionError)) throw error
      missing ??= error
    }
  }
  throw missing
}

/**
 * LCM-LoRA, which lets version 1.5 fill in a few steps.
 *
 * @throws CompanionError 'model-missing', 'model-damaged' (damaged, or for another network than the model's)
 */
export async function findLora(means: Means, { unet }: FoundModel): Promise<Network> {
  const path = (await means.files(lcmLora15.id)).get(lcmLora15.files[0]!.name)!
  const lora = await openNetwork(path)
  await fromWeights('LoRA for this model', lora.weights, () => checkLora(lora.checkpoint, unet.checkpoint))
  return lora
}

/** @throws GraphError */
function checkLora(lora: Checkpoint, unet: Checkpoint): void {
  const { graphs } = mergeLora(unet, lora, 'unet')
  const [stray] = strayLayers(lora, 'unet', graphs)
  if (stray !== undefined) throw new GraphError(`The model has no place for ${stray}.`)
  if (graphs.length === 0) throw new GraphError('It changes nothing of the model.')
}

/** The better one first. */
const published = [
  { version: '2', definition: stableDiffusion2, config: config2, padding: '!' },
  { version: '1.5', definition: stableDiffusion15, config: config15, padding: '<|endoftext|>' },
] as const

async function installedModel(
  { definition, config, padding }: (typeof published)[number],
  files: ReadonlyMap<string, string>,
): Promise<FoundModel> {
  const pathOf = (name: string) => files.get(name)!
  return {
    ...{ title: definition.title, config, noise: stableDiffusionNoise, scheduler: null },
    unet: await openNetwork(pathOf('unet/diffusion_pytorch_model.fp16.safetensors')),
    textEncoder: await openNetwork(pathOf('text_encoder/model.fp16.safetensors')),
    vae: await openNetwork(pathOf('vae/diffusion_pytorch_model.fp16.safetensors')),
    tokenizer: await openTokenizer(
      { vocabulary: pathOf('tokenizer/vocab.json'), merges: pathOf('tokenizer/merges.txt') },
      { pad_token: padding },
    ),
  }
}
