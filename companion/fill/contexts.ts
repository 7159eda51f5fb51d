import type { Limits } from '../engines/engine.ts'
import { wholeOf } from '../image/image.ts'
import { boundsWithin, clearMask, partsOf } from '../image/mask.ts'
import { areaOf, inflate, overlap, union } from '../image/rect.ts'
import type { Rect, Task } from '../protocol.ts'
import { cropMasks, hasSource, type Masks } from './masks.ts'
import { planSlices, type Slice } from './slices.ts'

/**
 * What is filled at a time, and what the engine sees for it. All rectangles are in pixels of the picture.
 *
 * The hole lies in the slices together, these lie in the picture. Slices may overlap, and a hole may lie within a later
 * one, which then leaves its pixels out.
 */
export interface Context {
  /** Of the masked pixels in the slices, those that are filled, unless an earlier context has. */
  readonly hole: Rect
  /** At least one; several see parts of the same hole, none what another has filled. */
  readonly slices: readonly Slice[]
  /** What was filled before is filled again this far from the hole's pixels, and fades into them. */
  readonly fadePx: number
}

/**
 * Which parts of the picture the engine gets to see, one after another: near holes share a context, far ones have
 * their own.
 *
 * @param masks The mask as the engine is to fill it, already grown.
 */
export function planContexts(masks: Masks, limits: Limits, task: Task): Context[] {
  const { mask } = masks
  const rectOf = (hole: Rect) => inflate(hole, Math.ceil(limits.contextPx(hole, task)), mask)
  const candidates = joinHoles(partsOf(mask, nearPx), rectOf, limits)
  const pending = { ...mask, data: mask.data.slice() }
  const contexts = smallestFirst(candidates).flatMap(({ hole, rect }) => {
    // Those within it may have taken all of it along.
    if (boundsWithin(pending, hole) === null) return []
    const context = hasSource(cropMasks(masks, rect)) ? rect : wholeOf(mask)
    const slices = planSlices({ hole, context }, { ...masks, mask: pending }, limits, task)
    clearMask(pending, hole)
    return [{ hole, slices, fadePx: 0 }]
  })
  return bySize(contexts)
}

/** Parts of a mask that are nearer than this are one hole from the start: specks come by the thousand. */
const nearPx = 16

interface Candidate {
  readonly hole: Rect
  /** What the engine would like to see for it. */
  readonly rect: Rect
}

/** Joins two holes wherever they are better filled together, until nothing is left to join. */
function joinHoles(holes: Rect[], rectOf: (hole: Rect) => Rect, limits: Limits): Candidate[] {
  const candidates = holes.map((hole) => ({ hole, rect: rectOf(hole) }))
  for (let i = 0; i < candidates.length; i += 1) {
    for (let j = 0; j < candidates.length; j += 1) {
      if (i === j) continue
      const joined = joinTwo(candidates[i]!, candidates[j]!, rectOf, limits)
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

/**
 * null: better apart. Holes are joined where one run is not more work than two, and where one would see what the other is
 * filled with: it would copy from a fill, and other seeds could not begin with what the first has prepared. Holes whose
 * own rectangles overlap are joined even where the engine then sees them smaller or in slices, but for one within the rectangle of another that is to
 * be sliced: a disc under a wire across the picture is no reason to see both at one scale.
 */
function joinTwo(
  a: Candidate,
  b: Candidate,
  rectOf: (hole: Rect) => Rect,
  { contextPixels, sideMultiple, slicing }: Limits,
): Candidate | null {
  if (!overlap(a.rect, b.rect)) return null
  const hole = union(a.hole, b.hole)
  const rect = rectOf(hole)
  const whole = (px: number) => Math.ceil(px / sideMultiple) * sideMultiple
  const workOf = ({ width, height }: Rect) => whole(width) * whole(height)
  const seesFill = overlap(a.rect, b.hole) || overlap(b.rect, a.hole)
  const isCheaper = workOf(rect) <= workOf(a.rect) + workOf(b.rect)
  const isBetter = (isCheaper || seesFill) && workOf(rect) <= contextPixels
  const isWithin = areaOf(hole) === Math.max(areaOf(a.hole), areaOf(b.hole))
  const mayStayApart = !overlap(a.hole, b.hole) || (isWithin && slicing !== undefined)
  return isBetter || !mayStayApart ? { hole, rect } : null
}

/** So that one within another comes before it. */
function smallestFirst(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => areaOf(a.hole) - areaOf(b.hole))
}

/** Those of one size together, for a session is loaded for each size; but those that overlap stay in their order. */
function bySize(contexts: readonly Context[]): Context[] {
  const left = [...contexts]
  const sorted: Context[] = []
  while (left.length > 0) {
    const isFree = ({ hole }: Context, i: number) =>
      !left.slice(0, i).some((earlier) => overlap(earlier.hole, hole))
    const free = left.filter(isFree)
    const next = free.find((context) => isOfSize(context, sorted.at(-1))) ?? free[0]!
    sorted.push(...left.splice(left.indexOf(next), 1))
  }
  return sorted
}

function isOfSize({ slices }: Context, last: Context | undefined): boolean {
  const { width, height } = slices[0]!.work
  const before = last?.slices.at(-1)?.work
  return before?.width === width && before.height === height
}
