import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Checkpoint } from '../../../models/checkpoint.ts'
import { loraAdapter, strayLayers } from '../../../models/nn/lora.ts'
import { GraphError } from '../../../models/onnx/graph.ts'
import {
  stableDiffusion2 as config2,
  stableDiffusion15 as config15,
  type StableDiffusionConfig,
} from '../../../models/stable-diffusion/config.ts'
import { splitWholeModel } from '../../../models/stable-diffusion/ldm-names.ts'
import { lcmLora15, stableDiffusion2, stableDiffusion15 } from '../../../models/stable-diffusion/model.ts'
import { buildUNet } from '../../../models/stable-diffusion/unet.ts'
import { parseTextEncoderConfig, parseUNetConfig, parseVaeConfig } from '../../diffusion/model-config.ts'
import { unfitModelFile } from '../../diffusion/model-file.ts'
import {
  parseSchedulerConfig,
  parseSchedulerId,
  stableDiffusionNoise,
} from '../../diffusion/schedulers/config.ts'
import type { SchedulerId } from '../../diffusion/schedulers/index.ts'
import type { SchedulerConfig } from '../../diffusion/schedulers/scheduler.ts'
import { createTokenizer, type Tokenizer } from '../../diffusion/tokenizer.ts'
import { CompanionError } from '../../errors.ts'
import { readCheckpoint } from '../../store/checkpoint.ts'
import type { Means } from '../engine.ts'
import { fromWeights, type Weights, weightsAt } from '../weights.ts'

/** A model on this machine: what its graphs are built from, and the words it knows. */
export interface FoundModel {
  readonly title: string
  readonly unet: Network
  readonly textEncoder: Network
  readonly vae: Network
  readonly config: StableDiffusionConfig
  readonly tokenizer: Tokenizer
  readonly noise: SchedulerConfig
  /** The scheduler that it was published with; null: it does not say, or one that is not known here. */
  readonly scheduler: SchedulerId | null
}

/** One of a model's networks. */
export interface Network {
  readonly checkpoint: Checkpoint
  /** The file that it is in. */
  readonly weights: Weights
}

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
    const found = await stat(checkpoint).catch(() => null)
    return found?.isDirectory() ? modelInFolder(checkpoint) : modelInFile(checkpoint)
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
export async function findLora(means: Means, { unet, config }: FoundModel): Promise<Network> {
  const path = (await means.files(lcmLora15.id)).get(lcmLora15.files[0]!.name)!
  const lora = await openNetwork(path)
  await fromWeights('LoRA for this model', lora.weights, () =>
    checkLora(lora.checkpoint, unet.checkpoint, config),
  )
  return lora
}

/** @throws GraphError */
function checkLora(lora: Checkpoint, unet: Checkpoint, config: StableDiffusionConfig): void {
  const size = { batch: 1, width: 8, height: 8 }
  const graph = buildUNet(unet, config.unet, size, { adapt: loraAdapter(lora, 'unet') })
  const [stray] = strayLayers(lora, 'unet', graph)
  if (stray !== undefined) throw new GraphError(`The model has no place for ${stray}.`)
  if (![...lora.keys()].some((name) => graph.weights.has(name)))
    throw new GraphError('It changes nothing of the model.')
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
    tokenizer: createTokenizer({
      vocabulary: await readJson(pathOf('tokenizer/vocab.json')),
      merges: await readText(pathOf('tokenizer/merges.txt')),
      specialTokens: { pad_token: padding },
    }),
  }
}

/** In diffusers layout. */
async function modelInFolder(folder: string): Promise<FoundModel> {
  const json = (...names: readonly string[]) => readJson(join(folder, ...names))
  const scheduler = await json('scheduler', 'scheduler_config.json')
  return {
    title: 'Stable Diffusion',
    unet: await openNetwork(
      weightsIn(join(folder, 'unet'), 'diffusion_pytorch_model', 'diffusion_pytorch_model'),
    ),
    textEncoder: await openNetwork(weightsIn(join(folder, 'text_encoder'), 'model', 'pytorch_model')),
    vae: await openNetwork(
      weightsIn(join(folder, 'vae'), 'diffusion_pytorch_model', 'diffusion_pytorch_model'),
    ),
    config: {
      unet: parseUNetConfig(await json('unet', 'config.json')),
      textEncoder: parseTextEncoderConfig(await json('text_encoder', 'config.json')),
      vae: parseVaeConfig(await json('vae', 'config.json')),
    },
    tokenizer: await tokenizerIn(join(folder, 'tokenizer')),
    noise: parseSchedulerConfig(scheduler),
    scheduler: parseSchedulerId(scheduler),
  }
}

/** The original's single file, with the folder `tokenizer` beside it. */
async function modelInFile(path: string): Promise<FoundModel> {
  const { checkpoint, weights } = await openNetwork(path)
  const title = 'Stable Diffusion'
  const parts = await fromWeights(title, weights, () => splitWholeModel(checkpoint))
  return {
    ...{ title, config: parts.config, noise: stableDiffusionNoise, scheduler: null },
    unet: { checkpoint: parts.unet, weights },
    textEncoder: { checkpoint: parts.textEncoder, weights },
    vae: { checkpoint: parts.vae, weights },
    tokenizer: await tokenizerIn(join(dirname(path), 'tokenizer')),
  }
}

async function tokenizerIn(folder: string): Promise<Tokenizer> {
  return createTokenizer({
    vocabulary: await readJson(join(folder, 'vocab.json')),
    merges: await readText(join(folder, 'merges.txt')),
    specialTokens: await readJson(join(folder, 'special_tokens_map.json')),
  })
}

async function openNetwork(path: string): Promise<Network> {
  return { weights: await weightsAt(path), checkpoint: await readCheckpoint(path) }
}

/** As diffusers prefers them: safetensors first, and those in full precision first. */
function weightsIn(folder: string, safetensors: string, pickled: string): string {
  const names = [
    `${safetensors}.safetensors`,
    `${safetensors}.fp16.safetensors`,
    `${pickled}.bin`,
    `${pickled}.fp16.bin`,
  ]
  const found = names.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new CompanionError(
    'model-missing',
    `There are no weights in ${folder}. Expected one of ${names.join(', ')}.`,
  )
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new CompanionError('model-missing', `${path} could not be opened. Check that it is there.`, {
      cause,
    })
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch {
    throw unfitModelFile(path, 'it is no JSON')
  }
}
