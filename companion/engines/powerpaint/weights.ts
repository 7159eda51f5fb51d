import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { powerPaint } from '../../../models/powerpaint/model.ts'
import { firstTaskId, taskWords, tokensPerTaskWord } from '../../../models/powerpaint/task-words.ts'
import { stableDiffusion15 } from '../../../models/stable-diffusion/config.ts'
import {
  type FoundModel,
  type Network,
  openModel,
  openNetwork,
  openTokenizer,
  readJson,
} from '../../diffusion/found-model.ts'
import { parseModelFile } from '../../diffusion/model-file.ts'
import { stableDiffusionNoise } from '../../diffusion/schedulers/config.ts'
import { CompanionError } from '../../errors.ts'
import type { Means } from '../engine.ts'
import { publishedTaskIds, type TaskIds, taskIdsBy } from './ids.ts'

/** The model, and how it calls its task words. */
export interface FoundPowerPaint {
  readonly model: FoundModel
  readonly taskIds: TaskIds
}

/**
 * What is installed, or the named folder in diffusers layout: with the authors' two files beside Stable Diffusion's, or with
 * all of it written again in the usual names.
 *
 * @throws CompanionError 'model-missing', 'model-damaged'
 */
export async function findPowerPaint(means: Means): Promise<FoundPowerPaint> {
  const { checkpoint } = means
  const found =
    checkpoint === undefined
      ? { model: await installedModel(means), taskIds: publishedTaskIds }
      : { model: await openModel(checkpoint), taskIds: await taskIdsIn(checkpoint) }
  checkTaskWords(found.model.textEncoder, found.taskIds)
  return { ...found, model: { ...found.model, title: powerPaint.title } }
}

async function installedModel(means: Means): Promise<FoundModel> {
  const files = await means.files(powerPaint.id)
  const pathOf = (name: string) => files.get(name)!
  return {
    ...{ title: powerPaint.title, config: stableDiffusion15, noise: stableDiffusionNoise, scheduler: 'ddim' },
    unet: await openNetwork(pathOf('unet/unet.safetensors')),
    textEncoder: await openNetwork(pathOf('text_encoder/text_encoder.safetensors')),
    vae: await openNetwork(pathOf('vae/diffusion_pytorch_model.fp16.safetensors')),
    tokenizer: await openTokenizer(
      { vocabulary: pathOf('tokenizer/vocab.json'), merges: pathOf('tokenizer/merges.txt') },
      { pad_token: '<|endoftext|>' },
    ),
  }
}

/** As the tokenizer's own file says; without one, the authors'. */
async function taskIdsIn(folder: string): Promise<TaskIds> {
  const path = join(folder, 'tokenizer', 'added_tokens.json')
  if (!existsSync(path)) return publishedTaskIds
  const added = parseModelFile(AddedTokens, await readJson(path), 'tokenizer/added_tokens.json')
  return taskIdsBy((word, index) => added[`${word}_${index}`]!)
}

const taskTokens = taskWords.flatMap((word) =>
  Array.from({ length: tokensPerTaskWord }, (_, index) => `${word}_${index}`),
)

const AddedTokens = v.object(
  v.entriesFromList(taskTokens, v.pipe(v.number(), v.safeInteger(), v.minValue(firstTaskId))),
)

/** @throws CompanionError 'model-damaged' where it was never taught them */
function checkTaskWords({ checkpoint, weights }: Network, taskIds: TaskIds): void {
  const names = [...checkpoint.keys()]
  if (names.some((name) => name.endsWith('token_embedding.wrapped.weight'))) return
  const table = names.find((name) => name.endsWith('token_embedding.weight'))
  const rows = table === undefined ? 0 : checkpoint.get(table)!.shape[0]!
  if (rows > Math.max(...Object.values(taskIds).flat())) return
  throw new CompanionError(
    'model-damaged',
    `${basename(weights.path)} is no text encoder of PowerPaint: it does not know the words for its tasks.`,
    { hint: 'Repair the model, or name a folder with PowerPaint’s weights.' },
  )
}
