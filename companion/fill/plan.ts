import { setImmediate as turn } from 'node:timers/promises'
import type { Limits } from '../engines/engine.ts'
import type { Image, Mask } from '../image/image.ts'
import { binarise, featherMask } from '../image/mask.ts'
import { areaOf } from '../image/rect.ts'
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
  const notes: string[] = []
  let edge = await edgeFor(image, masks.mask, limits, { task, options }, signal)
  await listen()
  let alpha = featherMask(masks.mask, edge)
  await listen()
  let mask = binarise(alpha, 1)
  if (!hasSource({ ...masks, mask }) && hasSource(masks)) {
    notes.push('The fill ends exactly at the mask, because growing it would leave nothing to copy from.')
    edge = { growPx: 0, featherPx: 0 }
    alpha = masks.mask
    mask = masks.mask
  }
  await listen()
  const { contexts, passes } = planPasses({ ...masks, mask }, limits, task, edge.featherPx)
  const slices = slicesOf({ contexts })
  const largest = slices.reduce((a, b) => (areaOf(b.work) > areaOf(a.work) ? b : a))
  if (passes > 1)
    notes.push(`The picture was continued in ${passes} passes, each from what the last one made.`)
  notes.push(...notesOn(contexts))
  return {
    ...masks,
    ...{ alpha, mask, contexts },
    used: {
      workWidth: largest.work.width,
      workHeight: largest.work.height,
      tiles: slices.length,
      ...edge,
      notes,
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
  const notes: string[] = []
  const shares = slicesOf({ contexts }).map(scaleOf)
  const smallest = Math.min(...shares)
  if (smallest < 1) {
    const what = Math.max(...shares) < 1 ? 'The fill' : 'Part of the fill'
    notes.push(`${what} was computed at ${Math.round(smallest * 100)} % of the picture's size.`)
  }
  const overlapping = contexts.reduce((sum, { slices: { length } }) => sum + (length > 1 ? length : 0), 0)
  if (overlapping > 0) {
    notes.push(`What is too long to be seen at once was filled in ${overlapping} overlapping slices.`)
  }
  return notes
}
