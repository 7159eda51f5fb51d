import { setImmediate as turn } from 'node:timers/promises'
import type { Limits } from '../engines/engine.ts'
import type { Image, Mask } from '../image/image.ts'
import { binarise, featherLargeMask } from '../image/mask.ts'
import { areaOf } from '../image/rect.ts'
import { notes } from '../notes.ts'
import type { Options, Task, Used } from '../protocol.ts'
import type { Run } from '../run.ts'
import type { Context } from './contexts.ts'
import { chooseEdge, chooseExpandEdge, type Edge } from './edge.ts'
import { hasSource, type Masks } from './masks.ts'
import { planPasses } from './passes.ts'
import type { Slice } from './slices.ts'
import { scaleOf } from './view.ts'

/** What is filled, what is seen for it, and how it will lie on the picture. */
export interface Plan extends Masks {
  /** The patch's alpha, of the picture's size: 255 in the mask as it was sent and for growPx round it. */
  readonly alpha: Mask
  /** Exactly 0 or 255; 255 = filled: wherever alpha is above 0, so that the feather fades fill into picture. */
  readonly mask: Mask
  readonly contexts: readonly Context[]
  readonly used: Pick<Used, 'workWidth' | 'workHeight' | 'tiles' | 'growPx' | 'featherPx' | 'notes'>
}

/**
 * Its steps take up to a third of a second each for 24 megapixels; between them the companion hears its clients.
 *
 * @param options `growPx` and `featherPx` where asked for; otherwise they are chosen for the picture.
 * @throws the signal's reason when cancelled
 */
export async function planFill(
  image: Image,
  masks: Masks,
  limits: Limits,
  { task, options }: { task: Task; options: Options },
  { signal }: Pick<Run, 'signal'>,
): Promise<Plan> {
  const listen = async () => {
    await turn()
    signal.throwIfAborted()
  }
  const said: string[] = []
  let edge = await edgeFor(image, masks.mask, limits, { task, options }, signal)
  await listen()
  let alpha = await featherLargeMask(masks.mask, edge, signal)
  await listen()
  let mask = binarise(alpha, 1)
  if (!hasSource({ ...masks, mask }) && hasSource(masks)) {
    said.push(notes.endsAtMask)
    edge = { growPx: 0, featherPx: 0 }
    alpha = masks.mask
    mask = masks.mask
  }
  await listen()
  const { contexts, passes } = planPasses({ ...masks, mask }, limits, task, edge.featherPx)
  const slices = slicesOf({ contexts })
  const largest = slices.reduce((a, b) => (areaOf(b.work) > areaOf(a.work) ? b : a))
  if (passes > 1) said.push(notes.continuedIn(passes))
  said.push(...notesOn(contexts))
  return {
    ...masks,
    ...{ alpha, mask, contexts },
    used: {
      workWidth: largest.work.width,
      workHeight: largest.work.height,
      tiles: slices.length,
      ...edge,
      notes: said,
    },
  }
}

/** The engine's runs, in their order. */
export function slicesOf({ contexts }: Pick<Plan, 'contexts'>): Slice[] {
  return contexts.flatMap(({ slices }) => slices)
}

async function edgeFor(
  image: Image,
  mask: Mask,
  { expandFadeShare = 0 }: Limits,
  { task, options: { growPx, featherPx } }: { task: Task; options: Options },
  signal: AbortSignal,
): Promise<Edge> {
  if (typeof growPx === 'number' && typeof featherPx === 'number') return { growPx, featherPx }
  const chosen = await (task === 'expand'
    ? chooseExpandEdge(image, mask, expandFadeShare, signal)
    : chooseEdge(image, mask, signal))
  return {
    growPx: typeof growPx === 'number' ? growPx : chosen.growPx,
    featherPx: typeof featherPx === 'number' ? featherPx : chosen.featherPx,
  }
}

/** What the person may see of how it was computed. */
function notesOn(contexts: readonly Context[]): string[] {
  const said: string[] = []
  const shares = slicesOf({ contexts }).map(scaleOf)
  const smallest = Math.min(...shares)
  if (smallest < 1) {
    const computedAt = Math.max(...shares) < 1 ? notes.computedAt : notes.partlyComputedAt
    said.push(computedAt(Math.round(smallest * 100)))
  }
  const overlapping = contexts.reduce((sum, { slices: { length } }) => sum + (length > 1 ? length : 0), 0)
  if (overlapping > 0) said.push(notes.inSlices(overlapping))
  return said
}
