import { isSameBox, isUpright, isWithin } from './geometry.ts'
import { ancestorsOf, boxOfLayer, isFrame, isLayer, type Layer } from './layers.ts'
import { readBond } from './recipe.ts'

export type Placeholder = RectangleNode | EllipseNode | PolygonNode | StarNode | FrameNode | ComponentNode

const types: readonly NodeType[] = ['RECTANGLE', 'ELLIPSE', 'POLYGON', 'STAR', 'FRAME', 'COMPONENT']

/**
 * A layer that has no picture, and can take one over its whole shape: plain colours or nothing at all, and nothing in it
 * but fills. Inside an instance only shapes can, because a frame's fill lies in the frame.
 */
export function isPlaceholder(node: Layer): node is Placeholder {
  if (!types.includes(node.type)) return false
  const shape = node as Placeholder
  if (isFrame(shape)) {
    if (ancestorsOf(shape).some(({ type }) => type === 'INSTANCE')) return false
    if (!shape.children.every((child) => isLayer(child) && readBond(child) !== null)) return false
  }
  if (shape.fills === figma.mixed) return false
  return shape.fills.every(({ type, visible = true }) => !visible || type === 'SOLID')
}

/** The nearest frame that shows what lies around a layer, and lies straight on the page; null: there is none. */
export function frameAround(node: Placeholder): Layer | null {
  const box = boxOfLayer(node)
  const around = ancestorsOf(node).find((ancestor) => {
    if (!isLayer(ancestor) || !(isFrame(ancestor) || ancestor.type === 'INSTANCE')) return false
    const outer = boxOfLayer(ancestor)
    return isUpright(outer.transform) && isWithin(box, outer) && !isSameBox(box, outer)
  })
  return (around as Layer | undefined) ?? null
}
