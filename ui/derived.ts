import {
  canvasOf,
  type LayerInfo,
  type Margins,
  type PlacedFill,
  type PlaceRequest,
  type Rect,
  type Selection,
  type Source,
} from '../plugin/messages.ts'
import { marksOf } from './mask/history.ts'
import { avoidedBy, hasMarks } from './mask/mark.ts'
import type { LaidImage, Picture, Result, ShownFill, Variation, Work } from './work.ts'

/** What the window should show instead of what it shows; null: it shows the right thing, or must not be interrupted. */
export function layerToFollow({
  selection,
  work,
}: {
  readonly selection: Selection
  readonly work: Work
}): LayerInfo | null {
  if (selection.state !== 'fillable') return null
  const layer = selection.layers[0]
  if (layer === undefined) return null
  const isAmongThem = ({ id }: LayerInfo) => selection.layers.some((each) => each.id === id)
  switch (work.step) {
    case 'choose':
      return layer
    case 'open':
      return isAmongThem(work.layer) ? null : layer
    case 'paint': {
      const { source, fills } = work.picture
      const isShown =
        isAmongThem(source.layer) || fills.some((fill) => fill.layerId === layer.id && !isPicture(fill))
      return isShown ? null : layer
    }
    default:
      return null
  }
}

/** An expanded copy is a picture of its own once it is selected. */
function isPicture({ margins, placement }: PlacedFill): boolean {
  return margins !== null && placement === 'finished'
}

/** Whether anything is marked that Remove could take away. */
export function isMarked(picture: Picture): boolean {
  return hasMarks(marksOf(picture.history))
}

/** Whether anything is drawn on the picture that would be missed: marks, or areas that nothing is copied from. */
export function isDrawnOn(picture: Picture): boolean {
  return isMarked(picture) || isAvoiding(picture)
}

/** Whether the next fill copies nothing from some part of the picture. */
export function isAvoiding(picture: Picture): boolean {
  return avoidedBy(marksOf(picture.history)).length > 0
}

/** The pictures to lay over one another, lowest first. A finished copy stands for all beneath it. */
export function imagesToShow(
  { picture, result }: { readonly picture: Picture | null; readonly result: Result | null },
  showOriginal: boolean,
): readonly LaidImage[] {
  const bitmap = result === null ? null : chosenOf(result).bitmap
  if (picture === null) return bitmap === null ? [] : [{ bitmap, rect: sizeOf(bitmap) }]
  const original = { bitmap: picture.bitmap, rect: wholeOf(picture.source) }
  if (showOriginal) return [original]
  const { source } = picture
  const fills = [...fillsInForce(picture), ...shownExpansions(picture)]
    .filter(({ layerId }) => layerId !== result?.request.replaces)
    .map(({ placement, bitmap, margins }) => ({ placement, bitmap, rect: rectOf(source, margins) }))
  if (result !== null && bitmap !== null) {
    const { placement, recipe } = result.request
    fills.push({ placement, bitmap, rect: rectOf(source, recipe.margins ?? null) })
  }
  const topFinished = fills.findLastIndex(({ placement }) => placement === 'finished')
  const shown = fills.slice(Math.max(0, topFinished)).map(({ bitmap, rect }) => ({ bitmap, rect }))
  return topFinished >= 0 ? shown : [original, ...shown]
}

/** The part of the picture in which the results that wait can be told apart, with ground around it. */
export function regionToShow({ picture, result }: Extract<Work, { step: 'review' }>): Rect {
  const { region } = result
  if (region === null) return picture?.source.visible ?? sizeOf(chosenOf(result).bitmap)
  const ground = Math.max(region.width, region.height) / 4
  return {
    x: region.x - ground,
    y: region.y - ground,
    width: region.width + 2 * ground,
    height: region.height + 2 * ground,
  }
}

/** What the layer will show with the margins that are set, in pixels of the source; null: nothing is being expanded. */
export function canvasToShow(picture: Picture | null): Rect | null {
  if (picture?.task !== 'expand' || picture.source.expansion.state === 'impossible') return null
  return canvasOf(picture.source.expansion, picture.margins)
}

/**
 * The fills that the picture shows and that the next fill sees: all but the one whose place it takes, margins, and what was
 * made for another picture.
 */
export function fillsInForce(picture: Picture): readonly ShownFill[] {
  const edited = replacedByEdit(picture)
  return picture.fills.filter(
    (fill) => fill.layerId !== edited && fill.margins === null && !isOutdated(fill, picture),
  )
}

/** Whether a fill was made for the picture that the layer showed before. Renderings have no picture that could be exchanged. */
export function isOutdated({ recipe }: PlacedFill, { source }: Pick<Picture, 'source'>): boolean {
  return source.kind === 'image' && recipe.sourceHash !== source.hash
}

/** Lowest first. */
export function outdatedFills(picture: Picture): readonly ShownFill[] {
  return picture.fills.filter((fill) => isOutdated(fill, picture))
}

/** The edited fill whose place the next one takes; null: it takes none. */
export function replacedByEdit({ edits, keepsEdited }: Picture): string | null {
  return keepsEdited ? null : edits
}

/** The variation that is shown. */
export function chosenOf({ variations, chosen }: Result): Variation {
  return variations[chosen]!
}

/** What placing the chosen variation asks for. */
export function placeRequestOf(result: Result): Omit<PlaceRequest, 'anyway'> {
  const { png, seed, used } = chosenOf(result)
  const { request } = result
  return { ...request, png, recipe: { ...request.recipe, engine: used.engine, seed } }
}

/** The layer with the picture's margins, which the next expanding replaces. */
export function expansionOn({ fills }: Picture): ShownFill | null {
  return fills.findLast(({ margins }) => margins !== null) ?? null
}

/** An expanded copy hides the source: what is removed from that would not be seen. */
export function isHiddenByExpansion(picture: Picture): boolean {
  return expansionOn(picture)?.placement === 'finished'
}

/** What the person has to agree to before the result is placed; null: nothing, or agreed to with an earlier fill. */
export function warningOf(work: Work): string | null {
  if (!('picture' in work) || work.picture === null || work.picture.fills.length > 0) return null
  return work.picture.source.warning
}

export function canUndo(work: Work): boolean {
  return work.step === 'paint' && (undoesMark(work.picture) || work.picture.placed.length > 0)
}

/** Whether undo takes back a mark and not a fill. Marks are out of sight while a picture is expanded. */
export function undoesMark({ task, history }: Picture): boolean {
  return task !== 'expand' && history.done.length > 0
}

export function canRedo(work: Work): boolean {
  return work.step === 'paint' && work.picture.task !== 'expand' && work.picture.history.undone.length > 0
}

/** Only as long as the margins that are set are the ones it was made with. */
function shownExpansions(picture: Picture): readonly ShownFill[] {
  const expansion = expansionOn(picture)
  if (picture.task !== 'expand' || expansion?.margins == null) return []
  return areSameMargins(expansion.margins, picture.margins) ? [expansion] : []
}

function areSameMargins(a: Margins, b: Margins): boolean {
  return a.top === b.top && a.right === b.right && a.bottom === b.bottom && a.left === b.left
}

function rectOf(source: Source, margins: Margins | null): Rect {
  const { expansion } = source
  return margins === null || expansion.state === 'impossible' ? wholeOf(source) : canvasOf(expansion, margins)
}

function wholeOf({ widthPx, heightPx }: Source): Rect {
  return { x: 0, y: 0, width: widthPx, height: heightPx }
}

function sizeOf({ width, height }: ImageBitmap): Rect {
  return { x: 0, y: 0, width, height }
}
