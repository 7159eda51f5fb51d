import { type Box, boxOnImage, isUpright, marginsWithin, maxImageSidePx } from './geometry.ts'
import { boxOfLayer, containerOf, isFrame, type Layer } from './layers.ts'
import type { Expansion, Ground, Margins, Placement } from './messages.ts'
import type { Picture } from './picture.ts'
import { words } from './words.ts'

/**
 * Whether and how a layer can be expanded.
 *
 * @param placement Of a fill that is as large as the layer.
 */
export function expansionOf(node: Layer, picture: Picture, placement: Placement): Expansion {
  const obstacle = obstacleToExpanding(node, picture)
  const ground = groundOf(node, picture)
  if (obstacle !== null || ground === null) {
    return { state: 'impossible', message: obstacle ?? words.expansion.turnedInLayer(node.name) }
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
    return words.expansion.noPicture(name)
  }
  if (picture.kind === 'render') {
    if (!isUpright(node.absoluteTransform)) {
      return words.expansion.turned(name)
    }
    // The rendering is see-through as well, and what is more than half so counts as open.
    return node.opacity < 1 ? words.expansion.seeThrough(name) : null
  }
  if (isFrame(node)) {
    return words.expansion.frame(name)
  }
  if (node.type !== 'RECTANGLE') {
    return words.expansion.notRectangle(name)
  }
  return picture.fill.scaleMode === 'TILE' ? words.expansion.repeated(name) : null
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
