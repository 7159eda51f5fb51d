import { expansionOf } from './expansion.ts'
import { type Fill, fillsOn, finishedOn, pictureHash, placedFill } from './fills.ts'
import { cornersOfCrop, visiblePart } from './geometry.ts'
import { holdsFills, isPlainPaint } from './image-fill.ts'
import { ancestorsOf, anchorOf, isFrame, type Layer } from './layers.ts'
import type { Placement, Source } from './messages.ts'
import { bytesOfImage, type Picture, pictureOf } from './picture.ts'
import { layerInfo, obstacleTo, refuseFor } from './selection.ts'
import { words } from './words.ts'

/** @throws Refusal `not-fillable` with the reason in words. */
export async function openSource(node: Layer): Promise<Source> {
  refuseFor(obstacleTo(node))
  const picture = await pictureOf(node)
  const { kind, hash, bytes, widthPx, heightPx } = picture
  const size = { width: widthPx, height: heightPx }
  const placement = placementOn(node, picture)
  return {
    layer: layerInfo(node),
    kind,
    hash,
    bytes,
    widthPx,
    heightPx,
    visible: picture.kind === 'image' ? visiblePart(picture.fill, size, node) : { x: 0, y: 0, ...size },
    shape: picture.kind === 'surroundings' ? cornersOfCrop(picture.crop, size) : null,
    fills: fillsOn(node).map(placedFill),
    placement,
    notes: [...picture.notes, ...notesOnPlace(node)],
    warning: warningOn(node),
    expansion: expansionOf(node, picture, placement),
  }
}

export async function lookAtSource(
  node: Layer,
): Promise<Pick<Source, 'hash' | 'fills' | 'placement' | 'expansion'>> {
  const picture = await pictureOf(node)
  const placement = placementOn(node, picture)
  return {
    hash: picture.hash,
    fills: fillsOn(node).map(placedFill),
    placement,
    expansion: expansionOf(node, picture, placement),
  }
}

/** The picture that a fill's layer shows. */
export async function openFill({ layer }: Fill): Promise<{ png: Uint8Array }> {
  return { png: await bytesOfImage(pictureHash(layer)) }
}

/** A patch does where nothing of what lies beneath it shows through, and nothing that the layer does to itself is lost. */
function placementOn(node: Layer, picture: Picture): Placement {
  if (finishedOn(node)) return 'finished'
  // A child of the frame shares what the frame does to all that is in it.
  if (picture.kind !== 'render' && isFrame(node)) return 'patch'
  if (node.opacity !== 1 || !plainBlendModes.includes(node.blendMode) || node.isMask) return 'finished'
  if (picture.kind === 'render') return 'patch'
  if (picture.kind === 'image' && !isPlainPaint(picture.fill)) return 'finished'
  return isDrawnOver(node) ? 'finished' : 'patch'
}

const plainBlendModes: readonly BlendMode[] = ['NORMAL', 'PASS_THROUGH']

/** Strokes and effects lie over the image fill, and a patch would lie over them. */
function isDrawnOver(node: Layer): boolean {
  const hasStroke =
    'strokes' in node && node.strokeAlign !== 'OUTSIDE' && node.strokes.some(({ visible = true }) => visible)
  return hasStroke || node.effects.some(({ type, visible }) => visible && !effectsBehind.includes(type))
}

const effectsBehind: readonly Effect['type'][] = ['DROP_SHADOW', 'BACKGROUND_BLUR']

function notesOnPlace(node: Layer): string[] {
  const anchor = anchorOf(node)
  if (anchor.id === node.id || holdsFills(node)) return []
  return [words.place.above(anchor.name)]
}

function warningOn(node: Layer): string | null {
  const anchor = anchorOf(node)
  const isInComponent = [anchor, ...ancestorsOf(anchor)].some(({ type }) => type === 'COMPONENT')
  return isInComponent ? words.place.inComponent : null
}
