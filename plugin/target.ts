import { boxOfPicture, groundOf } from './expansion.ts'
import { Refusal } from './failure.ts'
import { type Box, boxOf, cropTo, grownBox, identity, isWithin, type Matrix, type Size } from './geometry.ts'
import type { ImageFill } from './image-fill.ts'
import { ancestorsOf, anchorOf, boxOfLayer, isLayer, type Layer } from './layers.ts'
import { canvasOf, expandedBox, type Margins, type PlaceRequest } from './messages.ts'
import { type Picture, pictureOf } from './picture.ts'
import { obstacleToReading } from './selection.ts'
import { words } from './words.ts'

/** Where a fill goes. */
export type Target = { readonly notes: readonly string[] } & (
  | {
      readonly way: 'copy'
      readonly source: CopySource
      readonly paint: Omit<ImageFill, 'imageHash'>
      readonly margins: Margins | null
    }
  | {
      readonly way: 'cover'
      readonly source: Layer
      readonly box: Box
      /** Which part of the fill the box shows, as for CROP. */
      readonly crop: Matrix
      /** What the layer looks like; null: it is hidden, and its finished copy keeps that. */
      readonly original: Uint8Array | null
    }
  /** The source is gone: in the middle of what is in view. */
  | { readonly way: 'view'; readonly source: null; readonly box: Box }
)

/** What has an image fill. */
export type CopySource = Exclude<Layer, GroupNode | InstanceNode | ComponentSetNode>

/** @throws Refusal `source-gone` or `source-changed`, unless the fill is to be placed anyway. */
export async function findTarget(request: PlaceRequest, png: Size): Promise<Target> {
  const node = await figma.getNodeByIdAsync(request.layerId)
  const obstacle =
    node && !node.removed && isLayer(node) ? obstacleToReading(node) : { message: words.gone.target }
  if (!node || !isLayer(node) || obstacle) {
    if (request.anyway) return middleOfView(png)
    throw new Refusal('source-gone', words.place.inMiddleInstead(obstacle?.message ?? ''))
  }
  const picture = await pictureOf(node)
  if (picture.hash !== request.sourceHash && !request.anyway) {
    throw new Refusal('source-changed', words.place.otherPicture(node.name))
  }
  const { margins } = request.recipe
  if (margins === undefined) return targetOver(node, picture, png)
  const target = targetRound(node, picture, png, margins)
  if (target) return target
  if (request.anyway) return stretchedOver(node, grownBox(boxOfPicture(node, picture), margins))
  throw new Refusal('source-changed', words.place.otherSize(node.name))
}

/** On the page. */
export function boxOfTarget(target: Target): Box {
  if (target.way !== 'copy') return target.box
  const box = boxOfLayer(target.source)
  return target.margins ? grownBox(box, target.margins) : box
}

function targetOver(node: Layer, picture: Picture, png: Size): Target {
  if (picture.kind === 'render') {
    const original = node.visible ? picture.bytes : null
    return { way: 'cover', source: node, box: picture.box, crop: identity, original, notes: [] }
  }
  if (picture.kind === 'surroundings') {
    const paint = { type: 'IMAGE', scaleMode: 'CROP', imageTransform: picture.crop } as const
    return { way: 'copy', source: node as CopySource, paint, margins: null, notes: [] }
  }
  const isOfItsSize = picture.widthPx === png.width && picture.heightPx === png.height
  if (isOfItsSize)
    return { way: 'copy', source: node as CopySource, paint: picture.fill, margins: null, notes: [] }
  return stretchedOver(node, boxOfLayer(node))
}

/** Only when the picture was exchanged: the fill of another picture is stretched over the layer. */
function stretchedOver(source: Layer, box: Box): Target {
  return { way: 'cover', source, box, crop: identity, original: null, notes: [] }
}

/** An expanded picture: over the layer and its margins. null: it was made for a layer of another size. */
function targetRound(node: Layer, picture: Picture, png: Size, margins: Margins): Target | null {
  if (picture.kind === 'surroundings') return null
  const ground = groundOf(node, picture)
  const canvas = ground && canvasOf(ground, margins)
  if (!ground || canvas?.width !== png.width || canvas.height !== png.height) return null
  const box = grownBox(boxOfPicture(node, picture), margins)
  const notes = notesOnClipping(node, box)
  const shown = expandedBox(ground, margins)
  const crop = cropTo({ ...shown, x: shown.x - canvas.x, y: shown.y - canvas.y }, png)
  if (picture.kind === 'render') {
    return { way: 'cover', source: node, box, crop, original: picture.bytes, notes }
  }
  const { rotation: _, ...fill } = picture.fill
  const paint: ImageFill = { ...fill, scaleMode: 'CROP', imageTransform: crop }
  return { way: 'copy', source: node as CopySource, paint, margins, notes }
}

/** What reaches beyond a frame that clips is not seen, and the person would look for it. */
function notesOnClipping(node: Layer, box: Box): string[] {
  const clips = (frame: BaseNode) => 'clipsContent' in frame && frame.clipsContent
  const cutting = ancestorsOf(anchorOf(node)).find(
    (frame) => isLayer(frame) && clips(frame) && !isWithin(box, boxOfLayer(frame)),
  )
  return cutting ? [words.place.clipped(cutting.name)] : []
}

function middleOfView({ width, height }: Size): Target {
  const { x, y } = figma.viewport.center
  return {
    way: 'view',
    source: null,
    box: boxOf({ x: x - width / 2, y: y - height / 2, width, height }),
    notes: [words.place.inMiddle],
  }
}
