import * as v from 'valibot'
import { CompanionError } from '../errors.ts'

/**
 * One of the JSON files that come with a model's weights, checked.
 *
 * @param file Its path in the model's folder, for the message.
 * @throws CompanionError 'model-damaged' where it does not say what the schema wants, or something else than is known here.
 */
export function parseModelFile<Schema extends v.GenericSchema>(
  schema: Schema,
  json: unknown,
  file: string,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, json)
  if (success) return output
  const path = v.getDotPath(issues[0])
  throw unfitModelFile(file, path === null ? issues[0].message : `${path}: ${issues[0].message}`)
}

/** @param what Is wrong with it. */
export function unfitModelFile(file: string, what: string): CompanionError {
  return new CompanionError(
    'model-damaged',
    `${file} is not of a Stable Diffusion 1.5 or 2 model: ${what}.`,
    {
      hint: 'Repair the model, or use the folder of a Stable Diffusion inpainting model in diffusers layout.',
    },
  )
}
