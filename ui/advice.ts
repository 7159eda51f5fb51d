import type { EngineInfo } from '../companion/protocol.ts'
import { chosenOf } from './derived.ts'
import type { Picture, Result } from './work.ts'

/** From this share of the picture on, what is made up from the surroundings alone seldom convinces. */
const largeShare = 0.08

/** Whether a removal was large for an engine without a model, and one with a model could be had. */
export function wouldModelDoBetter(
  result: Result,
  { source }: Pick<Picture, 'source'>,
  engines: readonly EngineInfo[],
): boolean {
  const { region, request } = result
  if (request.recipe.task !== 'remove' || region === null) return false
  const { used } = chosenOf(result)
  const isBuiltIn = engines.some(({ id, models }) => id === used.engine && models.length === 0)
  const couldBeHad = engines.some(
    ({ tasks, models, ready }) => tasks.includes('remove') && models.length > 0 && !ready,
  )
  const share = (region.width * region.height) / (source.widthPx * source.heightPx)
  return isBuiltIn && couldBeHad && share >= largeShare
}
