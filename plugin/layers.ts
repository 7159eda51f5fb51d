import type { Box, Matrix } from './geometry.ts'
import { identity } from './geometry.ts'

/** What Figma lets have a fill placed over it. The rest has no size on the page, or is no picture. */
export type Layer =
  | RectangleNode
  | EllipseNode
  | PolygonNode
  | StarNode
  | VectorNode
  | FrameNode
  | GroupNode
  | ComponentNode
  | ComponentSetNode
  | InstanceNode
  | BooleanOperationNode

export type Parent = BaseNode & ChildrenMixin

const layerTypes: readonly NodeType[] = [
  'RECTANGLE',
  'ELLIPSE',
  'POLYGON',
  'STAR',
  'VECTOR',
  'FRAME',
  'GROUP',
  'COMPONENT',
  'COMPONENT_SET',
  'INSTANCE',
  'BOOLEAN_OPERATION',
]

export function isLayer(node: BaseNode): node is Layer {
  return layerTypes.includes(node.type)
}

/** Frames and main components keep what lies over their own picture inside them, below their content. */
export function isFrame(node: BaseNode): node is FrameNode | ComponentNode {
  return node.type === 'FRAME' || node.type === 'COMPONENT'
}

/** Nearest first, without page and document. */
export function ancestorsOf(node: BaseNode): (Parent & SceneNode)[] {
  const ancestors: (Parent & SceneNode)[] = []
  for (let parent = node.parent; parent && isOnCanvas(parent); parent = parent.parent) ancestors.push(parent)
  return ancestors
}

export function pageOf(node: BaseNode): PageNode {
  let page: BaseNode | null = node
  while (page && page.type !== 'PAGE') page = page.parent
  if (!page) throw new Error('Expected a layer that lies on a page.')
  return page
}

/**
 * The layer that a fill of `node` must lie directly above: `node` itself, or what encloses it where Figma lets nothing be
 * added: the outermost instance, a boolean operation, the set of a variant.
 */
export function anchorOf(node: Layer): Layer {
  let anchor = node
  for (const ancestor of ancestorsOf(node)) {
    if (ancestor.type === 'INSTANCE' || ancestor.type === 'BOOLEAN_OPERATION') anchor = ancestor
  }
  return anchor.parent?.type === 'COMPONENT_SET' ? anchor.parent : anchor
}

/** The box of a layer on the page. */
export function boxOfLayer(node: Layer): Box {
  return { transform: node.absoluteTransform, size: { width: node.width, height: node.height } }
}

/**
 * What `relativeTransform` of a child of `parent` refers to: the nearest ancestor that has a coordinate system of its own.
 * Groups and boolean operations have none.
 */
export function containerOf(parent: Parent): Parent {
  let container = parent
  while (withoutCoordinates.includes(container.type) && container.parent) container = container.parent
  return container
}

/** From a container's coordinates to the page's. */
export function transformOfContainer(container: Parent): Matrix {
  return 'absoluteTransform' in container ? container.absoluteTransform : identity
}

export function isAutoLayout(parent: Parent): boolean {
  return 'layoutMode' in parent && parent.layoutMode !== 'NONE'
}

const withoutCoordinates: readonly NodeType[] = ['GROUP', 'BOOLEAN_OPERATION', 'TRANSFORM_GROUP']

function isOnCanvas(parent: Parent): parent is Parent & SceneNode {
  return parent.type !== 'PAGE' && parent.type !== 'DOCUMENT'
}
