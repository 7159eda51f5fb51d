import type { EngineInfo, Extent, Task } from '../companion/protocol.ts'
import {
  canvasOf,
  type Expansion,
  expandedBox,
  type Ground,
  type Margins,
  type PlacedFill,
  type Placement,
  type Rect,
  type Settings,
  type Source,
} from '../plugin/messages.ts'

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

/** What is needed to know how a fill joins what lies there. */
export interface JoinRequest<Fill extends PlacedFill> {
  readonly task: Task
  /** On the source, lowest first, without the one whose place it takes. */
  readonly fills: readonly Fill[]
  /** The layer whose place it takes, because that is edited. */
  readonly edits: string | null
  /** It lies above the others whatever the settings say. */
  readonly isApart: boolean
  readonly sourcePlacement: Placement
}

/**
 * One removal on a layer takes up the next one, so that a picture carries a single layer for all that is gone. Where there
 * are several, the designer wanted them apart: the next one gets a layer of its own too. So does what is filled by words,
 * which are kept with that layer.
 */
export function planFill<Fill extends PlacedFill>(
  { task, fills, edits, isApart, sourcePlacement }: JoinRequest<Fill>,
  settings: Pick<Settings, 'separateLayers' | 'alwaysFinished'>,
): FillPlan<Fill> {
  const { base, patches } = layersToSee(fills)
  const isFinished = settings.alwaysFinished || sourcePlacement === 'finished' || base !== null
  const mayJoin = edits === null && !isApart && !settings.separateLayers && task === 'remove'
  const only = mayJoin && fills.length === 1 && fills[0]!.recipe.task === 'remove' ? fills[0]! : null
  return {
    ...{ base, patches },
    extent: isFinished ? 'finished' : 'image',
    merge: !isFinished && only !== null,
    placement: isFinished ? 'finished' : 'patch',
    replaces: edits ?? only?.layerId ?? null,
  }
}

/** What is seen of the fills on a picture: a finished copy stands for all beneath it. */
export function layersToSee<Fill extends PlacedFill>(
  fills: readonly Fill[],
): Pick<FillPlan<Fill>, 'base' | 'patches'> {
  const topFinished = fills.findLastIndex(({ placement }) => placement === 'finished')
  return { base: fills[topFinished] ?? null, patches: fills.slice(topFinished + 1) }
}

/** What is needed to know how a picture is expanded. */
export interface ExpandRequest<Fill extends PlacedFill> {
  /** On the source, lowest first, without margins and without the one that is being edited. */
  readonly fills: readonly Fill[]
  /** The layer with margins whose place the new one takes; null: none. */
  readonly earlier: Fill | null
  readonly expansion: Extract<Expansion, { state: 'possible' }>
  readonly margins: Margins
  readonly image: PictureSize
}

export interface PictureSize {
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * The layer with margins lies above all others, and there is one of them. A patch does as long as its margins show
 * nothing but what was filled: a part of the picture that the layer cuts off has to come from the copy itself.
 */
export function planExpand<Fill extends PlacedFill>(
  { fills, earlier, expansion, margins, image }: ExpandRequest<Fill>,
  settings: Pick<Settings, 'alwaysFinished'>,
): FillPlan<Fill> {
  const topFinished = fills.findLastIndex(({ placement }) => placement === 'finished')
  const isFinished =
    settings.alwaysFinished ||
    expansion.placement === 'finished' ||
    topFinished >= 0 ||
    showsMore(expansion.box, expandedBox(expansion, margins), image)
  return {
    base: fills[topFinished] ?? null,
    patches: fills.slice(topFinished + 1),
    extent: isFinished ? 'finished' : 'image',
    merge: false,
    placement: isFinished ? 'finished' : 'patch',
    replaces: earlier?.layerId ?? null,
  }
}

/**
 * The margins that give a layer the ratio, the same on both sides.
 *
 * @param ratio Width to height.
 */
export function marginsToRatio({ width, height }: Ground, ratio: number): Margins {
  const [wider, higher] = [Math.max(0, height * ratio - width), Math.max(0, width / ratio - height)]
  return { top: higher / 2, right: wider / 2, bottom: higher / 2, left: wider / 2 }
}

export type ExpandObstacle = 'impossible' | 'no-engine' | 'nothing-set' | 'nothing-open' | 'too-large'

/**
 * Why there is nothing to fill, or no way to do it; null: there is.
 *
 * @param engines As the companion describes them.
 */
export function obstacleToExpand(
  { expansion, widthPx, heightPx }: Pick<Source, 'expansion' | 'widthPx' | 'heightPx'>,
  margins: Margins,
  engines: readonly Pick<EngineInfo, 'tasks' | 'ready'>[],
): ExpandObstacle | null {
  if (expansion.state === 'impossible') return 'impossible'
  if (!engines.some(({ tasks, ready }) => ready && tasks.includes('expand'))) return 'no-engine'
  const canvas = canvasOf(expansion, margins)
  if (Math.max(canvas.width, canvas.height) > expansion.maxSidePx) return 'too-large'
  if (!isInside(canvas, { widthPx, heightPx })) return null
  return Object.values(margins).some((margin) => margin > 0) ? 'nothing-open' : 'nothing-set'
}

/** Whether `after` holds more of the picture than `before`. */
function showsMore(before: Rect, after: Rect, image: PictureSize): boolean {
  const [a, b] = [seenPart(before, image), seenPart(after, image)]
  // Less than a hundredth of a pixel is rounding.
  return b.some((edge, side) => Math.abs(edge - a[side]!) > 0.01)
}

/** Left, top, right and bottom of what lies on the picture. */
function seenPart({ x, y, width, height }: Rect, { widthPx, heightPx }: PictureSize): readonly number[] {
  return [Math.max(0, x), Math.max(0, y), Math.min(widthPx, x + width), Math.min(heightPx, y + height)]
}

function isInside({ x, y, width, height }: Rect, { widthPx, heightPx }: PictureSize): boolean {
  return x >= 0 && y >= 0 && x + width <= widthPx && y + height <= heightPx
}
