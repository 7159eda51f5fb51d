import type { EngineInfo } from '../companion/protocol.ts'
import { isHiddenByExpansion, isMarked } from './derived.ts'
import type { Link } from './link.ts'
import { type ExpandObstacle, obstacleToExpand } from './plan.ts'
import { engineFor, isByWords, type Wish } from './wish.ts'
import type { Picture } from './work.ts'

/** What keeps the task from being done. */
export type Obstacle =
  | ExpandObstacle
  | 'not-connected'
  /** A finished copy with margins lies over the picture: what is filled beneath it is not seen. */
  | 'hidden'
  | 'nothing-marked'
  | 'no-words'

/** Why the button cannot be pressed; null: it can. The first that the person should hear of. */
export function obstacleToFill(picture: Picture, wish: Wish, link: Link): Obstacle | null {
  if (link.state !== 'ready') return 'not-connected'
  const { engines } = link.ready
  const { task, source, margins } = picture
  if (task === 'expand') return obstacleToExpand(source, margins, engines)
  if (isHiddenByExpansion(picture)) return 'hidden'
  if (engineFor(task, wish, engines) === null) return 'no-engine'
  if (!isMarked(picture)) return 'nothing-marked'
  return isByWords(task) && wish.prompt.trim() === '' ? 'no-words' : null
}

/** As the companion describes them; none while it is not there. */
export function enginesOf(link: Link): readonly EngineInfo[] {
  return link.state === 'ready' ? link.ready.engines : []
}
