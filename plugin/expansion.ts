import { type Box, boxOnImage, isUpright, marginsWithin, maxImageSidePx } from './geometry.ts'
import { boxOfLayer, containerOf, isFrame, type Layer } from './layers.ts'
import type { Expansion, Ground, Margins, Placement } from './messages.ts'
import type { Picture } from './picture.ts'

/**
 * Whether and how a layer can be expanded.
 *
 * @param placement Of a fill that is as large as the layer.
 */
export function expansionOf(node: Layer, picture: Picture, placement: Placement): Expansion {
  const obstacle = obstacleToExpanding(node, picture)
  const ground = groundOf(node, picture)
  if (obstacle !== null || ground === null) {
    return { state: 'impossible', message: obstacle ?? turnedInLayer(node) }
  }
  return {
    state: 'possible',
    ...ground,
    toFrame: marginsToFrame(node, boxOfPicture(node, picture)),
    maxSidePx: maxImageSidePx,
    placement: picture.kind === 'image' && isShaped(node) ? 'finished' : placement,
  }
}

/** What margins are added to; null: the picture does not lie straight in the layer. */
export function groundOf(node: Layer, picture: Picture): Ground | null {
  if (picture.kind === 'surroundings') return null
  const { width, height } = boxOfPicture(node, picture).size
  const size = { width: picture.widthPx, height: picture.heightPx }
  const box = picture.kind === 'render' ? { x: 0, y: 0, ...size } : boxOnImage(picture.fill, size, node)
  return box && { box, width, height }
}

/** On the page. */
export function boxOfPicture(node: Layer, picture: Picture): Box {
  return picture.kind === 'render' ? picture.box : boxOfLayer(node)
}

function obstacleToExpanding(node: Layer, picture: Picture): string | null {
  const { name } = node
  if (picture.kind === 'surroundings') {
    return `“${name}” has no picture of its own that could be continued. It is filled as a whole.`
  }
  if (picture.kind === 'render') {
    if (!isUpright(node.absoluteTransform)) {
      return `“${name}” is turned and drawn from several parts, so its edges cannot be continued. Expand the picture inside it.`
    }
    // The rendering is see-through as well, and what is more than half so counts as open.
    return node.opacity < 1
      ? `“${name}” is half-transparent and drawn from several parts. Expand the picture inside it.`
      : null
  }
  if (isFrame(node)) {
    return `“${name}” is a frame that has the picture itself, and nothing in a frame reaches beyond it. Put the picture on a layer of its own to expand it.`
  }
  if (node.type !== 'RECTANGLE') {
    return `“${name}” is not a rectangle, so it has no edges that a picture could be continued at. Expand the picture before it is cut out.`
  }
  return picture.fill.scaleMode === 'TILE'
    ? `“${name}” repeats its picture by itself: make the layer larger, and it goes on.`
    : null
}

function turnedInLayer({ name }: Layer): string {
  return `The picture of “${name}” is turned inside its layer. Turn the layer instead, then expand it.`
}

/** A larger layer has its corners, strokes and effects elsewhere: beneath a patch, the original's would show. */
function isShaped(node: Layer): boolean {
  const hasStroke = 'strokes' in node && node.strokes.some(({ visible = true }) => visible)
  const hasEffect = node.effects.some(({ visible }) => visible)
  const isRound = 'cornerRadius' in node && node.cornerRadius !== 0
  return hasStroke || hasEffect || isRound
}

function marginsToFrame(node: Layer, box: Box): Margins | null {
  const frame = node.parent && containerOf(node.parent)
  if (!frame || (frame.type !== 'FRAME' && frame.type !== 'COMPONENT' && frame.type !== 'INSTANCE'))
    return null
  const margins = marginsWithin(box, boxOfLayer(frame as Layer))
  return margins && Object.values(margins).some((margin) => margin > 0) ? margins : null
}
