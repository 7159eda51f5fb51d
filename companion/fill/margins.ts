import type { Engine } from '../engines/engine.ts'
import { CompanionError } from '../errors.ts'
import type { Mask } from '../image/image.ts'
import { boundsOf, inverse } from '../image/mask.ts'

/**
 * Refuses margins wider than the engine continues a picture. They are measured from the known pixels' bounds.
 *
 * @param mask Exactly 0 or 255; 255 = fill. Something is known.
 * @throws CompanionError 'task-unsupported'
 */
export function checkMargins(mask: Mask, { title, limits }: Pick<Engine, 'title' | 'limits'>): void {
  const { expandShare } = limits
  if (expandShare === undefined) return
  const known = boundsOf(inverse(mask))!
  const margins = [
    { where: 'on the left', px: known.x, sidePx: known.width },
    { where: 'at the top', px: known.y, sidePx: known.height },
    { where: 'on the right', px: mask.width - known.x - known.width, sidePx: known.width },
    { where: 'at the bottom', px: mask.height - known.y - known.height, sidePx: known.height },
  ]
  // A client rounds margins outwards, to whole pixels.
  const tooWide = margins.find(({ px, sidePx }) => px > expandShare * sidePx + 1)
  if (tooWide === undefined) return
  const { where, px, sidePx } = tooWide
  throw new CompanionError(
    'task-unsupported',
    `${title} continues a picture by at most ${percent(expandShare)} of its side, and ${percent(px / sidePx)} are asked for ${where}.`,
    { hint: 'Make that margin smaller. Larger ones need a model that continues pictures.' },
  )
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
