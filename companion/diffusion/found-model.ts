import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Checkpoint } from '../../models/checkpoint.ts'
import type { StableDiffusionConfig } from '../../models/stable-diffusion/config.ts'
import { splitWholeModel } from '../../models/stable-diffusion/ldm-names.ts'
import { fromWeights, type Weights, weightsAt } from '../engines/weights.ts'
import { CompanionError } from '../errors.ts'
import { readCheckpoint } from '../store/checkpoint.ts'
import { parseTextEncoderConfig, parseUNetConfig, parseVaeConfig } from './model-config.ts'
import { unfitModelFile } from './model-file.ts'
import { RecentlyUsed } from './recently-used.ts'
import { parseSchedulerConfig, parseSchedulerId, stableDiffusionNoise } from './schedulers/config.ts'
import type { SchedulerId } from './schedulers/index.ts'
import type { SchedulerConfig } from './schedulers/scheduler.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

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
 * The model in a folder of diffusers layout, or in the original's single file with the folder `tokenizer` beside it.
 *
 * @throws CompanionError 'model-missing', 'model-damaged'
 */
export async function openModel(path: string): Promise<FoundModel> {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() ? modelInFolder(path) : modelInFile(path)
}

/**
 * One network's file, of any kind that is published.
 *
 * @throws CompanionError 'model-missing', 'model-damaged'
 */
export async function openNetwork(path: string): Promise<Network> {
  return { weights: await weightsAt(path), checkpoint: await readCheckpoint(path) }
}

/**
 * The words that a model knows.
 *
 * @param specialTokens The content of special_tokens_map.json.
 * @throws CompanionError 'model-missing', 'model-damaged'
 */
export async function openTokenizer(
  { vocabulary, merges }: { readonly vocabulary: string; readonly merges: string },
  specialTokens: unknown,
): Promise<Tokenizer> {
  const files = await Promise.all([vocabulary, merges].map(weightsAt))
  const key = [...files.map((file) => file.key), JSON.stringify(specialTokens)].join(' ')
  return tokenizers.of(key, async () =>
    createTokenizer({
      vocabulary: await readJson(vocabulary),
      merges: await readText(merges),
      specialTokens,
    }),
  )
}

/** Making one takes as long as several steps on a card. */
const tokenizers = new RecentlyUsed<Tokenizer>(4)

async function modelInFolder(folder: string): Promise<FoundModel> {
  const json = (...names: readonly string[]) => readJson(join(folder, ...names))
  const scheduler = await json('scheduler', 'scheduler_config.json')
  return {
    title: 'Stable Diffusion',
    unet: await openNetwork(weightsIn(folder, 'unet', 'diffusion_pytorch_model', 'diffusion_pytorch_model')),
    textEncoder: await openNetwork(weightsIn(folder, 'text_encoder', 'model', 'pytorch_model')),
    vae: await openNetwork(weightsIn(folder, 'vae', 'diffusion_pytorch_model', 'diffusion_pytorch_model')),
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

async function modelInFile(path: string): Promise<FoundModel> {
  const { checkpoint, weights } = await openNetwork(path)
  const title = 'Stable Diffusion'
  const parts = await fromWeights(title, weights, () => splitWholeModel(checkpoint))
  return {
    title,
    config: parts.config,
    noise: stableDiffusionNoise,
    scheduler: null,
    unet: { checkpoint: parts.unet, weights },
    textEncoder: { checkpoint: parts.textEncoder, weights },
    vae: { checkpoint: parts.vae, weights },
    tokenizer: await tokenizerIn(join(dirname(path), 'tokenizer')),
  }
}

async function tokenizerIn(folder: string): Promise<Tokenizer> {
  const specialTokens = await readJson(join(folder, 'special_tokens_map.json'))
  const files = { vocabulary: join(folder, 'vocab.json'), merges: join(folder, 'merges.txt') }
  return openTokenizer(files, specialTokens)
}

/**
 * As diffusers prefers them: safetensors first, and those in full precision first. Before them what is called as its part
 * is, as PowerPaint's authors call theirs: that is put beside the model that it was made from.
 */
function weightsIn(model: string, part: string, safetensors: string, pickled: string): string {
  const folder = join(model, part)
  const names = [
    `${part}.safetensors`,
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

/** @throws CompanionError 'model-missing', 'model-damaged' */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch {
    throw unfitModelFile(path, 'it is no JSON')
  }
}
