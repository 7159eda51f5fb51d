import { type Picture, pictureOf } from './export.ts'
import { Refusal } from './failure.ts'
import { type Box, boxOf, type Size } from './geometry.ts'
import type { ImageFill } from './image-fill.ts'
import { boxOfLayer, isLayer, type Layer } from './layers.ts'
import type { PlaceRequest } from './messages.ts'
import { obstacleToReading } from './selection.ts'

/** Where a fill goes. */
export type Target = { readonly notes: readonly string[] } & (
  | { readonly way: 'copy'; readonly source: CopySource; readonly paint: ImageFill }
  /** `original`: what the layer looks like; null: it is hidden, and its finished copy keeps that. */
  | { readonly way: 'cover'; readonly source: Layer; readonly box: Box; readonly original: Uint8Array | null }
  /** The source is gone: in the middle of what is in view. */
  | { readonly way: 'view'; readonly source: null; readonly box: Box }
)

/** What has an image fill. */
export type CopySource = Exclude<Layer, GroupNode | InstanceNode | ComponentSetNode>

/** @throws Refusal `source-gone` or `source-changed`, unless the fill is to be placed anyway. */
export async function findTarget(request: PlaceRequest, png: Size): Promise<Target> {
  const node = await figma.getNodeByIdAsync(request.layerId)
  const obstacle = node && !node.removed && isLayer(node) ? obstacleToReading(node) : gone
  if (!node || !isLayer(node) || obstacle) {
    if (request.anyway) return middleOfView(png)
    throw new Refusal(
      'source-gone',
      `${obstacle?.message} The fill can still be placed in the middle of the view.`,
    )
  }
  const picture = await pictureOf(node)
  if (picture.hash !== request.sourceHash && !request.anyway) {
    throw new Refusal(
      'source-changed',
      `“${node.name}” shows another picture than the one this fill was made for. Open it again, or place the fill anyway.`,
    )
  }
  return targetOver(node, picture, png)
}

/** On the page. */
export function boxOfTarget(target: Target): Box {
  return target.way === 'copy' ? boxOfLayer(target.source) : target.box
}

const gone = { message: 'The layer this fill was made for is no longer there.' }

function targetOver(node: Layer, picture: Picture, png: Size): Target {
  if (picture.kind === 'render') {
    const original = node.visible ? picture.bytes : null
    return { way: 'cover', source: node, box: picture.box, original, notes: [] }
  }
  const isOfItsSize = picture.widthPx === png.width && picture.heightPx === png.height
  if (isOfItsSize) return { way: 'copy', source: node as CopySource, paint: picture.fill, notes: [] }
  // Only when the picture was exchanged: the fill of another picture is stretched over the layer.
  return { way: 'cover', source: node, box: boxOfLayer(node), original: null, notes: [] }
}

function middleOfView({ width, height }: Size): Target {
  const { x, y } = figma.viewport.center
  return {
    way: 'view',
    source: null,
    box: boxOf({ x: x - width / 2, y: y - height / 2, width, height }),
    notes: ['The layer is gone, so the fill lies in the middle of the view.'],
  }
}
