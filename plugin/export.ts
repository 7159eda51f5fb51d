import { exifOrientation } from './exif-orientation.ts'
import { expansionOf } from './expansion.ts'
import { Refusal } from './failure.ts'
import { type Fill, fillsOn, pictureHash, placedFill } from './fills.ts'
import { type Box, boxOf, exportConstraint, maxImageSidePx, visiblePart } from './geometry.ts'
import { holdsFills, type ImageFill, imageFill, isPlainPaint } from './image-fill.ts'
import { ancestorsOf, anchorOf, boxOfLayer, isFrame, type Layer } from './layers.ts'
import type { Placement, Source } from './messages.ts'
import { renderedHashPrefix } from './recipe.ts'
import { isHiddenByInfill, layerInfo, type Obstacle, obstacleTo, obstacleToReading } from './selection.ts'

/** A layer's picture, and the way in which a fill of it goes back into the document. */
export type Picture = {
  /** Changes when the picture does. */
  readonly hash: string
  readonly bytes: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  readonly notes: readonly string[]
} & (
  | {
      /** The image's own bytes: a copy of the layer with another image lies exactly over it. */
      readonly kind: 'image'
      readonly fill: ImageFill
    }
  | {
      /** What the layer looks like: the fill goes over this box of the page. */
      readonly kind: 'render'
      readonly box: Box
    }
)

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

/** @throws Refusal `not-fillable` with the reason in words. */
export async function pictureOf(node: Layer): Promise<Picture> {
  refuseFor(obstacleToReading(node))
  const fill = imageFill(node)
  if (!fill) return renderedPicture(node, [])
  const image = figma.getImageByHash(fill.imageHash)
  if (!image) throw new Refusal('not-fillable', `The picture of “${node.name}” is missing from this file.`)
  const [bytes, { width, height }] = await Promise.all([image.getBytesAsync(), image.getSizeAsync()])
  if (Math.max(width, height) > maxImageSidePx) return renderedPicture(node, [tooManyPixels(width, height)])
  if (exifOrientation(bytes) !== 1) return renderedPicture(node, [turnedByCamera])
  return { kind: 'image', hash: fill.imageHash, bytes, notes: [], fill, widthPx: width, heightPx: height }
}

function refuseFor(obstacle: Obstacle | null): void {
  if (obstacle) throw new Refusal('not-fillable', obstacle.message)
}

async function renderedPicture(node: Layer, notes: readonly string[]): Promise<Picture> {
  // Figma renders only what is visible. A finished copy carries the picture of the original that it hides.
  if (isHiddenByInfill(node)) return pictureKeptBy(finishedOn(node)!, notes)
  const bounds = node.absoluteRenderBounds!
  const constraint = exportConstraint(bounds)
  const bytes = await node.exportAsync({ format: 'PNG', constraint })
  const { widthPx, heightPx } = pngSize(bytes)
  const scaledDown = widthPx < bounds.width - 1 ? [drawnSmaller(widthPx / bounds.width)] : []
  return {
    kind: 'render',
    hash: fingerprint(bytes),
    ...{ bytes, widthPx, heightPx },
    notes: [...notes, ...scaledDown],
    box: boxOf(bounds),
  }
}

async function pictureKeptBy({ layer, bond }: Fill, notes: readonly string[]): Promise<Picture> {
  const bytes = await bytesOfImage(keptOriginalHash(layer))
  const box = boxOfLayer(layer)
  return { kind: 'render', hash: bond.recipe.sourceHash, bytes, ...pngSize(bytes), notes, box }
}

function finishedOn(node: Layer): Fill | undefined {
  return fillsOn(node).find(({ bond }) => bond.placement === 'finished')
}

/** The lowest paint of a finished copy of a rendered layer. */
function keptOriginalHash(layer: Layer): string | null {
  if (!('fills' in layer) || layer.fills === figma.mixed) return null
  const [lowest] = layer.fills
  return lowest?.type === 'IMAGE' ? lowest.imageHash : null
}

async function bytesOfImage(hash: string | null): Promise<Uint8Array> {
  const image = hash === null ? null : figma.getImageByHash(hash)
  if (!image) throw new Refusal('fill-gone', 'The picture of this fill is missing from the file.')
  return image.getBytesAsync()
}

/** A patch does where nothing of what lies beneath it shows through, and nothing that the layer does to itself is lost. */
function placementOn(node: Layer, picture: Picture): Placement {
  if (finishedOn(node)) return 'finished'
  // A child of the frame shares what the frame does to all that is in it.
  if (picture.kind === 'image' && isFrame(node)) return 'patch'
  if (node.opacity !== 1 || !plainBlendModes.includes(node.blendMode) || node.isMask) return 'finished'
  if (picture.kind === 'render') return 'patch'
  return isPlainPaint(picture.fill) && !isDrawnOver(node) ? 'patch' : 'finished'
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
  return [`The fill will lie above “${anchor.name}”, because Figma lets nothing be added inside it.`]
}

function warningOn(node: Layer): string | null {
  const anchor = anchorOf(node)
  const isInComponent = [anchor, ...ancestorsOf(anchor)].some(({ type }) => type === 'COMPONENT')
  return isInComponent ? 'This belongs to a main component: the fill will show in all its instances.' : null
}

const turnedByCamera =
  'The camera stored this photo turned. Infill works on it as the layer shows it, so parts cropped away are left out.'

function tooManyPixels(width: number, height: number): string {
  return `The picture has ${width} × ${height} pixels, more than the ${maxImageSidePx} a side that Figma takes back. Infill works on it as the layer shows it.`
}

function drawnSmaller(scale: number): string {
  return `The layer is larger than the ${maxImageSidePx} pixels a side that Figma takes back: the fill is made at ${Math.round(100 * scale)} % of its size.`
}

/** The size in a PNG's header (PNG specification §11.2.2). */
function pngSize(bytes: Uint8Array): { widthPx: number; heightPx: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { widthPx: view.getUint32(16), heightPx: view.getUint32(20) }
}

/** FNV-1a, 32 bits, with the length: tells one rendering from the next. */
function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
  return `${renderedHashPrefix}${(hash >>> 0).toString(16)}-${bytes.length}`
}
