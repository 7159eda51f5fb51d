import type { Limits } from '../engines/engine.ts'
import { cropMask } from '../image/crop.ts'
import type { Size } from '../image/image.ts'
import { partsOf } from '../image/mask.ts'
import { areaOf, inflate, overlap, union } from '../image/rect.ts'
import type { Rect, Task } from '../protocol.ts'
import { hasSource, type Masks } from './masks.ts'

/**
 * One run of the engine. All rectangles are in pixels of the picture.
 *
 * The hole lies in the context, the context in the picture; holes do not overlap, contexts may.
 */
export interface Context {
  /** Of the masked pixels in the context, those that this run fills. */
  readonly hole: Rect
  /** What the engine sees. */
  readonly rect: Rect
  /** The size it sees it at. */
  readonly work: Size
}

/**
 * Which parts of the picture the engine gets to see, one after another: near holes share a context, far ones have
 * their own.
 *
 * @param masks The mask as the engine is to fill it, already grown.
 */
export function planContexts(masks: Masks, limits: Limits, task: Task): Context[] {
  const { mask } = masks
  const rectOf = (hole: Rect) => {
    const wanted = inflate(hole, Math.ceil(limits.contextPx(hole, task)), mask)
    return roundSides(wanted, limits.sideMultiple, mask)
  }
  return joinHoles(partsOf(mask, nearPx), rectOf, limits.contextPixels).map(({ hole, rect }) => {
    const seen = sourceIsIn(rect, masks) ? rect : { x: 0, y: 0, width: mask.width, height: mask.height }
    return { hole, rect: seen, work: workSize(seen, limits) }
  })
}

/** Parts of a mask that are nearer than this are one hole from the start: specks come by the thousand. */
const nearPx = 16

type Candidate = Pick<Context, 'hole' | 'rect'>

/** Joins two holes wherever one run is not more work than two, until nothing is left to join. */
function joinHoles(holes: Rect[], rectOf: (hole: Rect) => Rect, contextPixels: number): Candidate[] {
  const candidates = holes.map((hole) => ({ hole, rect: rectOf(hole) }))
  for (let i = 0; i < candidates.length; i += 1) {
    for (let j = 0; j < candidates.length; j += 1) {
      if (i === j) continue
      const joined = joinTwo(candidates[i]!, candidates[j]!, rectOf, contextPixels)
      if (joined === null) continue
      candidates[Math.min(i, j)] = joined
      candidates.splice(Math.max(i, j), 1)
      // The larger one may now reach holes that were passed over.
      i = Math.min(i, j)
      j = -1
    }
  }
  return candidates
}

/** null: better apart. Holes whose rectangles overlap are always joined, so that each pixel belongs to one run. */
function joinTwo(
  a: Candidate,
  b: Candidate,
  rectOf: (hole: Rect) => Rect,
  contextPixels: number,
): Candidate | null {
  if (!overlap(a.rect, b.rect)) return null
  const hole = union(a.hole, b.hole)
  const rect = rectOf(hole)
  const isCheaper = areaOf(rect) <= areaOf(a.rect) + areaOf(b.rect) && areaOf(rect) <= contextPixels
  return isCheaper || overlap(a.hole, b.hole) ? { hole, rect } : null
}

/** Sides made whole multiples by taking in more of the picture, where it has more. */
function roundSides(rect: Rect, multiple: number, image: Size): Rect {
  const width = roundUp(rect.width, multiple)
  const height = roundUp(rect.height, multiple)
  return {
    ...(width > image.width
      ? { x: rect.x, width: rect.width }
      : { x: Math.min(rect.x, image.width - width), width }),
    ...(height > image.height
      ? { y: rect.y, height: rect.height }
      : { y: Math.min(rect.y, image.height - height), height }),
  }
}

/** As large as it is, or, where that is more than the engine takes, smaller by the same share on both sides. */
function workSize(rect: Rect, { contextPixels, sideMultiple }: Limits): Size {
  const width = roundUp(rect.width, sideMultiple)
  const height = roundUp(rect.height, sideMultiple)
  const scale = Math.sqrt(contextPixels / (width * height))
  if (scale >= 1) return { width, height }
  return {
    width: roundDown(width * scale, sideMultiple),
    height: roundDown(height * scale, sideMultiple),
  }
}

function sourceIsIn(rect: Rect, { mask, avoid }: Masks): boolean {
  return hasSource({ mask: cropMask(mask, rect), avoid: avoid === null ? null : cropMask(avoid, rect) })
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

function roundDown(value: number, multiple: number): number {
  return Math.max(1, Math.floor(value / multiple)) * multiple
}
