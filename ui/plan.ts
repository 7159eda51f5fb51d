import type { Extent } from '../companion/protocol.ts'
import type { PlacedFill, Placement, Settings } from '../plugin/messages.ts'

/** How the next fill sees what lies there already, and how it joins it. */
export interface FillPlan<Fill extends PlacedFill> {
  /** The finished copy that stands for the whole picture; null: the source's own picture. */
  readonly base: Fill | null
  /** Laid over the base, in order. */
  readonly patches: readonly Fill[]
  readonly extent: Extent
  /** The new patch contains `patches`. */
  readonly merge: boolean
  readonly placement: Placement
  /** The layer whose place it takes. */
  readonly replaces: string | null
}

/**
 * One fill on a layer takes up the next one, so that a picture carries a single layer of Infill's. Where there are several,
 * the designer wanted them apart: the next one gets a layer of its own too.
 *
 * @param fills On the source, lowest first, without the one that is being edited.
 * @param edits The layer that is being edited.
 */
export function planFill<Fill extends PlacedFill>(
  fills: readonly Fill[],
  edits: string | null,
  sourcePlacement: Placement,
  settings: Pick<Settings, 'separateLayers' | 'alwaysFinished'>,
): FillPlan<Fill> {
  const topFinished = fills.findLastIndex(({ placement }) => placement === 'finished')
  const isFinished = settings.alwaysFinished || sourcePlacement === 'finished' || topFinished >= 0
  const only = fills.length === 1 && edits === null && !settings.separateLayers ? fills[0]! : null
  return {
    base: fills[topFinished] ?? null,
    patches: fills.slice(topFinished + 1),
    extent: isFinished ? 'finished' : 'image',
    merge: !isFinished && only !== null,
    placement: isFinished ? 'finished' : 'patch',
    replaces: edits ?? only?.layerId ?? null,
  }
}
