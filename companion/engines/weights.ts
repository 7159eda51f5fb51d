import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ModelDefinition } from '../../models/model.ts'
import { GraphError } from '../../models/onnx/graph.ts'
import { CompanionError } from '../errors.ts'
import { OnnxError } from '../runtime/failures.ts'
import type { Means } from './engine.ts'

/** The one file that a model's weights are in. */
export interface Weights {
  /** Absolute. */
  readonly path: string
  /** Another one for another file, or another content. */
  readonly key: string
}

/** @throws CompanionError 'model-missing', 'model-damaged' */
export async function findWeights(model: ModelDefinition, means: Means): Promise<Weights> {
  return weightsAt((await means.files(model.id)).get(model.files[0]!.name)!)
}

/** @throws CompanionError 'model-missing' */
export async function weightsAt(path: string): Promise<Weights> {
  try {
    const { size, mtimeMs } = await stat(path)
    return { path, key: `${path} ${size} ${mtimeMs}` }
  } catch (cause) {
    throw new CompanionError('model-missing', `${path} could not be opened. Check that it is there.`, {
      cause,
    })
  }
}

/**
 * What `load` makes of a weight file.
 *
 * @throws CompanionError 'model-damaged' where the graph does not fit the file, or ONNX Runtime refuses it
 */
export async function fromWeights<T>(
  title: string,
  { path }: Weights,
  load: () => T | Promise<T>,
): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (!(cause instanceof GraphError || cause instanceof OnnxError)) throw cause
    const why = cause.message.split('\n')[0]
    throw new CompanionError('model-damaged', `${basename(path)} is no ${title} that can be used. ${why}`, {
      hint: 'Repair the model, or name a file with another.',
      cause,
    })
  }
}
