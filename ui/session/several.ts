import type { LayerInfo, Rect, Source } from '../../plugin/messages.ts'
import { findTemplate, type Grey } from '../mask/find-again.ts'
import { marksOf } from '../mask/history.ts'
import { avoidedBy } from '../mask/mark.ts'
import { type Bits, bitsFromMarks, boundsOf, imageFromBits } from '../mask/raster.ts'
import { decodePicture, greyOf, shapesOnPicture } from '../picture.ts'
import { chosenItems, type Outcome, type SeveralAction, type SeveralItem, type Way } from '../several.ts'
import { strings } from '../strings.ts'
import type { Picture } from '../work.ts'
import { type Effects, noticeFrom } from './effects.ts'
import type { Filling } from './filling.ts'
import type { Opening } from './opening.ts'
import type { Placing } from './placing.ts'

/** The same on all layers that are selected. */
export interface SeveralSession {
  /** Looks at each of them, and where the mask would lie. */
  look(way: Way): Promise<void>
  choose(layerId: string, isChosen: boolean): void
  /** Runs the task on those that are chosen, one after another. */
  run(): Promise<void>
  close(): void
}

/** A template is looked for at such a size first, and then more finely around the place. Longest side, in pixels. */
const [coarseTemplatePx, fineTemplatePx, coarsePicturePx] = [32, 128, 384]
/** Below this likeness a place is another thing. */
const leastLikeness = 0.75
/** For the list. Longest side, in pixels. */
const thumbnailPx = 256

export function createSeveral(
  effects: Effects,
  opening: Opening,
  filling: Filling,
  placing: Placing,
): SeveralSession {
  const { sandbox } = effects
  /** Counts looks, so that what an earlier one finds is not taken for the latest. */
  let latest = 0

  return {
    look,
    choose: (layerId, isChosen) => dispatch({ type: 'chosen', layerId, isChosen }),
    run,
    close() {
      latest += 1
      dispatch({ type: 'closed' })
    },
  }

  function dispatch(change: SeveralAction): void {
    effects.dispatch({ type: 'several-changed', change })
  }

  async function look(way: Way): Promise<void> {
    const { work, selection } = effects.state
    if (work.step !== 'paint' || selection.state !== 'fillable') return
    const { layers } = selection
    const { picture } = work
    const marked = markedOn(picture)
    if (marked === null && way !== 'shape') {
      const notice = { tone: 'info', message: strings.nothingMarked } as const
      effects.dispatch({ type: 'noticed', notice })
      return
    }
    const turn = ++latest
    dispatch({ type: 'began', task: picture.task, way, layers })
    for (const layer of layers) {
      const seen = await lookAt(layer, layers, way, { picture, marked })
      if (turn !== latest) return
      dispatch({ type: 'looked', layerId: layer.id, ...seen })
    }
    dispatch({ type: 'all-looked' })
  }

  async function lookAt(
    layer: LayerInfo,
    layers: readonly LayerInfo[],
    way: Way,
    { picture, marked }: { readonly picture: Picture; readonly marked: Marked | null },
  ): Promise<Pick<SeveralItem, 'shown' | 'mask' | 'avoided'> & { readonly problem: string | null }> {
    try {
      const source = await sandbox.ask('openSource', { layerId: layer.id })
      const bitmap = await decodePicture(source.bytes)
      const mask =
        way === 'shape' ? await maskOfShapes(source, layers) : maskOn(source, bitmap, way, marked as Marked)
      const { widthPx, heightPx } = source
      const shown = { bitmap: await smaller(bitmap), widthPx, heightPx }
      bitmap.close()
      const avoided = avoidedLike(picture, source)
      return { shown, mask, avoided, problem: mask === null ? strings.several.notFound : null }
    } catch (error) {
      return { shown: null, mask: null, avoided: [], problem: noticeFrom(error).message }
    }
  }

  async function maskOfShapes(source: Source, layers: readonly LayerInfo[]): Promise<SeveralItem['mask']> {
    const except = layers.map(({ id }) => id)
    const shapes = await sandbox.ask('openShapes', { layerId: source.layer.id, except })
    const image = shapes.length === 0 ? null : await shapesOnPicture(shapes, source)
    return image && { mark: { kind: 'mask', ...image, isAlone: false }, rect: image.rect }
  }

  async function run(): Promise<void> {
    const { work, several } = effects.state
    if (work.step !== 'paint' || several === null) return
    const { task } = several
    const items = chosenItems(several)
    dispatch({ type: 'running' })
    for (const [index, { layer, mask, avoided }] of items.entries()) {
      const isOpen = await opening.openMarked(layer, task, [...avoided, mask!.mark])
      const isPlaced = isOpen && (await filling.fill({ index, count: items.length }))
      const isCancelled = isOpen && !isPlaced && reasonNow() === null
      const message = isCancelled ? strings.several.cancelled : (reasonNow() ?? '')
      const outcome: Outcome = isPlaced ? { state: 'done' } : { state: 'not-done', message }
      dispatch({ type: 'came-out', layerId: layer.id, outcome })
      if (effects.state.work.step === 'review') await placing.discard()
      if (isCancelled) break
    }
    dispatch({ type: 'ended' })
  }

  /** Why the last one did not come to its end; null: the person stopped it. */
  function reasonNow(): string | null {
    const { work, notice } = effects.state
    if (work.step === 'review') return work.problem?.message ?? work.picture?.source.warning ?? null
    return notice?.message ?? null
  }
}

/** What is marked on the picture that the person has in front of them. */
interface Marked {
  readonly picture: Picture
  readonly bits: Bits
  readonly bounds: Rect
}

function markedOn(picture: Picture): Marked | null {
  const { widthPx, heightPx } = picture.source
  const bits = bitsFromMarks(marksOf(picture.history), widthPx, heightPx)
  const bounds = boundsOf(bits)
  return bounds && { picture, bits, bounds }
}

function maskOn(
  source: Source,
  bitmap: ImageBitmap,
  way: 'place' | 'look',
  marked: Marked,
): SeveralItem['mask'] {
  const { picture, bits, bounds } = marked
  const image = imageFromBits(bits, bounds)
  const isSame = source.layer.id === picture.source.layer.id
  const rect = way === 'place' || isSame ? stretched(bounds, picture.source, source) : foundIn(bitmap, marked)
  return rect && { mark: { kind: 'mask', image, rect, isAlone: false }, rect }
}

/** What is avoided on the first picture, at the same place of another. */
function avoidedLike({ history, source }: Picture, to: Source): SeveralItem['avoided'] {
  return avoidedBy(marksOf(history)).map(({ image, rect }) => ({
    ...{ kind: 'avoid', image },
    rect: rect && stretched(rect, source, to),
  }))
}

/** The same part of another picture. */
function stretched(rect: Rect, from: Source, to: Source): Rect {
  const [scaleX, scaleY] = [to.widthPx / from.widthPx, to.heightPx / from.heightPx]
  return {
    x: rect.x * scaleX,
    y: rect.y * scaleY,
    width: rect.width * scaleX,
    height: rect.height * scaleY,
  }
}

/** Where a picture looks like what is marked on the first one; null: nowhere. */
function foundIn(bitmap: ImageBitmap, { picture, bounds }: Marked): Rect | null {
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height }
  const side = Math.max(bounds.width, bounds.height)
  const coarse = Math.min(1, coarseTemplatePx / side, coarsePicturePx / Math.max(whole.width, whole.height))
  const first = place(bitmap, whole, picture.bitmap, bounds, coarse)
  if (first === null) return null
  // The place is known to a coarse pixel: the finer look needs no more than two around it.
  const slack = 2 / coarse
  const near = within(
    {
      x: first.x - slack,
      y: first.y - slack,
      width: bounds.width + 2 * slack,
      height: bounds.height + 2 * slack,
    },
    whole,
  )
  return place(bitmap, near, picture.bitmap, bounds, Math.min(1, fineTemplatePx / side)) ?? first
}

function place(
  bitmap: ImageBitmap,
  part: Rect,
  first: ImageBitmap,
  bounds: Rect,
  scale: number,
): Rect | null {
  const [picture, template]: Grey[] = [greyOf(bitmap, part, scale), greyOf(first, bounds, scale)]
  const match = findTemplate(picture!, template!)
  if (match === null || match.likeness < leastLikeness) return null
  const { width, height } = bounds
  return { x: Math.round(part.x + match.x / scale), y: Math.round(part.y + match.y / scale), width, height }
}

function within(rect: Rect, whole: Rect): Rect {
  const [x, y] = [Math.max(0, Math.floor(rect.x)), Math.max(0, Math.floor(rect.y))]
  return {
    x,
    y,
    width: Math.min(whole.width, Math.ceil(rect.x + rect.width)) - x,
    height: Math.min(whole.height, Math.ceil(rect.y + rect.height)) - y,
  }
}

function smaller(bitmap: ImageBitmap): Promise<ImageBitmap> {
  const scale = Math.min(1, thumbnailPx / Math.max(bitmap.width, bitmap.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  return createImageBitmap(bitmap, { resizeWidth: side(bitmap.width), resizeHeight: side(bitmap.height) })
}
