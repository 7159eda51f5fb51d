import { exifOrientation } from './exif-orientation.ts'
import { Refusal } from './failure.ts'
import { type Fill, finishedOn } from './fills.ts'
import {
  type Box,
  boundsOf,
  boxOf,
  cropBeneath,
  exportConstraint,
  grownBox,
  type Matrix,
  maxImageSidePx,
} from './geometry.ts'
import { type ImageFill, imageFill } from './image-fill.ts'
import { boxOfLayer, type Layer } from './layers.ts'
import { noMargins } from './messages.ts'
import { frameAround, isPlaceholder, type Placeholder } from './placeholder.ts'
import { renderedHashPrefix } from './recipe.ts'
import { isHiddenByInfill, obstacleToReading, refuseFor } from './selection.ts'
import { words } from './words.ts'

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
  | {
      /** What lies behind and around a layer without a picture: a copy of the layer shows its own part of the fill. */
      readonly kind: 'surroundings'
      /** Which part that is, as for CROP. */
      readonly crop: Matrix
    }
)

/** @throws Refusal `not-fillable` with the reason in words. */
export async function pictureOf(node: Layer): Promise<Picture> {
  refuseFor(obstacleToReading(node))
  if (isPlaceholder(node)) return surroundingsOf(node)
  const fill = imageFill(node)
  if (!fill) return renderedPicture(node, [])
  const image = figma.getImageByHash(fill.imageHash)
  if (!image) throw new Refusal('not-fillable', words.picture.missing(node.name))
  const [bytes, { width, height }] = await Promise.all([image.getBytesAsync(), image.getSizeAsync()])
  if (Math.max(width, height) > maxImageSidePx)
    return renderedPicture(node, [words.picture.tooManyPixels(width, height, maxImageSidePx)])
  if (exifOrientation(bytes) !== 1) return renderedPicture(node, [words.picture.turnedByCamera])
  return { kind: 'image', hash: fill.imageHash, bytes, notes: [], fill, widthPx: width, heightPx: height }
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

/**
 * Hashed is where the layer lies in it, not what it shows: what lies around may change, with the fill itself for one, and the
 * fill still fits.
 */
async function surroundingsOf(node: Placeholder): Promise<Picture> {
  const frame = frameAround(node)
  const rect = boundsOf(boxOfLayer(frame ?? node))
  const constraint = exportConstraint(rect)
  const bytes = await (frame ?? node).exportAsync({
    ...{ format: 'PNG', constraint, useAbsoluteBounds: true },
    // Beneath the layer itself, on the page.
    ...(frame ? {} : { contentsOnly: false }),
  })
  const { widthPx, heightPx } = pngSize(bytes)
  const crop = cropBeneath(boxOfLayer(node), rect)
  const place = crop.flat().map((number) => number.toFixed(4))
  return {
    kind: 'surroundings',
    hash: [`${renderedHashPrefix}around`, frame?.id ?? node.id, widthPx, heightPx, ...place].join('-'),
    ...{ bytes, widthPx, heightPx, crop },
    notes: widthPx < rect.width - 1 ? [drawnSmaller(widthPx / rect.width)] : [],
  }
}

async function pictureKeptBy({ layer, bond }: Fill, notes: readonly string[]): Promise<Picture> {
  const bytes = await bytesOfImage(keptOriginalHash(layer))
  const { top, right, bottom, left } = bond.recipe.margins ?? noMargins
  const box = grownBox(boxOfLayer(layer), { top: -top, right: -right, bottom: -bottom, left: -left })
  return { kind: 'render', hash: bond.recipe.sourceHash, bytes, ...pngSize(bytes), notes, box }
}

/** The lowest paint of a finished copy of a rendered layer. */
function keptOriginalHash(layer: Layer): string | null {
  if (!('fills' in layer) || layer.fills === figma.mixed) return null
  const [lowest] = layer.fills
  return lowest?.type === 'IMAGE' ? lowest.imageHash : null
}

export async function bytesOfImage(hash: string | null): Promise<Uint8Array> {
  const image = hash === null ? null : figma.getImageByHash(hash)
  if (!image) throw new Refusal('fill-gone', words.gone.fillPicture)
  return image.getBytesAsync()
}

function drawnSmaller(scale: number): string {
  return words.picture.drawnSmaller(Math.round(100 * scale), maxImageSidePx)
}

/** The size in a PNG's header (PNG specification §11.2.2). */
export function pngSize(bytes: Uint8Array): { widthPx: number; heightPx: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { widthPx: view.getUint32(16), heightPx: view.getUint32(20) }
}

/** FNV-1a, 32 bits, with the length: tells one rendering from the next. */
function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
  return `${renderedHashPrefix}${(hash >>> 0).toString(16)}-${bytes.length}`
}
