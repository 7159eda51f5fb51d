import { isSameRect } from './geometry.ts'
import { ancestorsOf, isFrame, type Layer } from './layers.ts'
import { isPlaceholder } from './placeholder.ts'

export type ImageFill = ImagePaint & { readonly imageHash: string }

/**
 * The layer's one visible paint, when that is an image that a copy of the layer can show in exactly the same place.
 * null: the layer must be rendered.
 */
export function imageFill(node: Layer): ImageFill | null {
  if (node.type === 'GROUP' || node.type === 'INSTANCE' || node.type === 'COMPONENT_SET') return null
  if (node.fills === figma.mixed) return null
  const paints = node.fills.filter(({ visible = true }) => visible)
  const [paint] = paints
  if (paints.length !== 1 || paint.type !== 'IMAGE' || paint.imageHash === null) return null
  // The frame itself stays in view beneath its child: a half-transparent paint would show through.
  if (isFrame(node) && !isPlainPaint(paint)) return null
  if (isEnclosed(node) && (isFrame(node) || isCut(node))) return null
  return { ...paint, imageHash: paint.imageHash }
}

/** A frame that has the picture itself, or is to have one: what is made for it lies inside, below its content. */
export function holdsFills(node: Layer): node is FrameNode | ComponentNode {
  return isFrame(node) && (imageFill(node) !== null || isPlaceholder(node))
}

/** Opaque, and mixed with nothing. */
export function isPlainPaint({ opacity = 1, blendMode = 'NORMAL' }: Paint): boolean {
  return opacity === 1 && blendMode === 'NORMAL'
}

/** Nothing can be added beside the layer: a fill lies above what encloses it, outside whatever clips the layer. */
function isEnclosed(node: Layer): boolean {
  return ancestorsOf(node).some(({ type }) => type === 'INSTANCE' || type === 'BOOLEAN_OPERATION')
}

function isCut({ absoluteBoundingBox, absoluteRenderBounds }: Layer): boolean {
  if (absoluteBoundingBox === null || absoluteRenderBounds === null) return false
  return !isSameRect(absoluteBoundingBox, absoluteRenderBounds)
}
