import { randomInt } from 'node:crypto'
import {
  candidateEngines,
  checkReady,
  chooseEngine,
  chooseExactEngine,
  chooseLargeHoleEngine,
  type Installed,
} from './engines/choose.ts'
import type { Engine } from './engines/engine.ts'
import { CompanionError } from './errors.ts'
import { chooseDetailEngine } from './fill/detail.ts'
import type { FillJob } from './fill/fill.ts'
import type { Picture } from './fill/picture.ts'
import { choosePrefillEngine } from './fill/prefill.ts'
import { checkOptions, checkPrompt } from './options.ts'
import { type Blob, extents, type Frame, limits, tasks } from './protocol.ts'
import { field, oneOf, optional, read, wholeNumber } from './requests.ts'
import { words } from './words.ts'

/**
 * A `fill` as it came → the job, with everything it needs. `id` is checked before. The order of the checks is the
 * protocol's: image, task, engine, options, prompt, model, mask; the mask is looked into when the job's turn comes.
 *
 * @param pictureOf undefined: no such picture
 * @throws CompanionError
 */
export function readFill(
  { header, blobs }: Frame,
  engines: readonly Engine[],
  installed: Installed,
  pictureOf: (imageId: string) => Picture | undefined,
): Omit<FillJob, 'queueMs' | 'means'> {
  const imageId = read(header, 'imageId', field.id)
  const picture = pictureOf(imageId)
  if (picture === undefined) throw new CompanionError('image-unknown', words.imageUnknown(imageId))

  const task = read(header, 'task', oneOf(tasks))

  const asked = read(header, 'engine', field.text)
  const engine = chooseEngine(engines, installed, asked, task)

  const options = checkOptions(
    candidateEngines(engines, asked, task),
    read(header, 'options', optional(field.options, {})),
  )
  const seed = read(header, 'seed', optional(wholeNumber(0, 2 ** 32 - 1), randomInt(2 ** 32)))
  const variations = read(header, 'variations', optional(wholeNumber(1, limits.variations), 1))
  const extent = read(header, 'extent', optional(oneOf(extents), 'rect'))
  const merge = read(header, 'merge', optional(field.flag, false))

  const prompt = read(header, 'prompt', optional(field.text, ''))
  checkPrompt(task, prompt)
  const negativePrompt = read(header, 'negativePrompt', optional(field.text, ''))

  checkReady(engine, installed)

  const mask = blobOf(blobs, 'mask')
  if (mask === null && task !== 'expand') throw new CompanionError('mask-unreadable', words.missingMask)
  const avoid = blobOf(blobs, 'avoid')

  return {
    ...{ picture, mask, avoid, engine, task, prompt, negativePrompt },
    exactEngine: chooseExactEngine(engines, asked, task, engine),
    largeHoleEngine: chooseLargeHoleEngine(engines, installed, asked, task, options),
    prefillEngine: choosePrefillEngine(engines),
    detailEngine: chooseDetailEngine(engines),
    ...{ seed, variations, extent, merge, options },
  }
}

function blobOf(blobs: readonly Blob[], name: string): Uint8Array | null {
  return blobs.find((blob) => blob.name === name)?.bytes ?? null
}
