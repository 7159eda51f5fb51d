import type { Limits } from '../engines/engine.ts'
import { cropMask } from '../image/crop.ts'
import { type Mask, wholeOf } from '../image/image.ts'
import { binarise, boundsOf, clearMask, featherMask, inverse, within } from '../image/mask.ts'
import { areaOf } from '../image/rect.ts'
import type { Rect, Task } from '../protocol.ts'
import { type Context, planContexts } from './contexts.ts'
import type { Masks } from './masks.ts'

/**
 * The contexts of a fill, and how many passes they come in: a picture that is continued far grows step by step, and each
 * step sees what the last one made, and fades into it.
 *
 * @param masks The mask as the engine is to fill it, already grown.
 * @param fadePx How far a pass reaches into the one before.
 */
export function planPasses(
  masks: Masks,
  limits: Limits,
  task: Task,
  fadePx: number,
): { readonly contexts: readonly Context[]; readonly passes: number } {
  const { mask, avoid } = masks
  const rects = task === 'expand' ? expandPasses(mask, limits) : [wholeOf(mask)]
  const pending = { ...mask, data: mask.data.slice() }
  const contexts = rects.flatMap((rect, index) => {
    const own = cropMask(pending, rect)
    if (boundsOf(own) === null) return []
    clearMask(pending, rect)
    const fade = index === 0 ? 0 : fadePx
    const part = {
      mask: fade === 0 ? own : reachingInto(cropMask(mask, rect), own, fade),
      avoid: avoid === null ? null : cropMask(avoid, rect),
    }
    return planContexts(part, limits, task).map((context) => ({ ...movedBy(context, rect), fadePx: fade }))
  })
  return { contexts, passes: rects.length }
}

/**
 * What a picture is continued to, pass by pass, up to all of it: on all sides together, or where that is more than the engine
 * sees at once, on one side after another.
 */
export function expandPasses(mask: Mask, { expandPassShare, contextPixels }: Limits): Rect[] {
  const whole = wholeOf(mask)
  const known = boundsOf(inverse(mask))
  if (expandPassShare === undefined || known === null) return [whole]
  const passes: Rect[] = []
  let from = known
  while (areaOf(from) < areaOf(whole)) {
    const next = spread(from, whole, expandPassShare)
    const steps = areaOf(next) > contextPixels ? sideBySide(from, next) : [next]
    passes.push(...steps)
    from = next
  }
  return passes.length === 0 ? [whole] : passes
}

/** Larger by a share of its own sides on each side, as far as the whole goes. What would be left for a sliver goes along. */
function spread(rect: Rect, whole: Rect, share: number): Rect {
  const grow = (margin: number, side: number) => {
    const step = Math.ceil(share * side)
    return margin <= step * (1 + sliver) ? margin : step
  }
  const left = grow(rect.x, rect.width)
  const top = grow(rect.y, rect.height)
  const right = grow(whole.width - rect.x - rect.width, rect.width)
  const bottom = grow(whole.height - rect.y - rect.height, rect.height)
  return {
    x: rect.x - left,
    y: rect.y - top,
    width: left + rect.width + right,
    height: top + rect.height + bottom,
  }
}

/** Of a step. */
const sliver = 0.25

/** From one rectangle to another within four steps; above and below at last, with the corners. */
function sideBySide(from: Rect, to: Rect): Rect[] {
  const [right, bottom] = [from.x + from.width, from.y + from.height]
  const toLeft = { ...from, x: to.x, width: right - to.x }
  const toRight = { ...toLeft, width: to.width }
  const toTop = { ...toRight, y: to.y, height: bottom - to.y }
  const steps = [from, toLeft, toRight, toTop, to]
  return steps.filter((step, index) => index > 0 && areaOf(step) > areaOf(steps[index - 1]!))
}

/** What a pass fills: its own part of the mask, and what lies near it of those before. */
function reachingInto(mask: Mask, own: Mask, fadePx: number): Mask {
  return within(binarise(featherMask(own, { growPx: 0, featherPx: fadePx }), 1), mask)
}

function movedBy({ hole, slices }: Context, { x, y }: Rect): Pick<Context, 'hole' | 'slices'> {
  const moved = (rect: Rect) => ({ ...rect, x: rect.x + x, y: rect.y + y })
  return { hole: moved(hole), slices: slices.map((slice) => ({ ...slice, rect: moved(slice.rect) })) }
}
