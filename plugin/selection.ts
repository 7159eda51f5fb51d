import { Refusal } from './failure.ts'
import { fillOf, fillsOn, isPicture, sourceOf } from './fills.ts'
import { maxImageSidePx } from './geometry.ts'
import { ancestorsOf, isLayer, type Layer } from './layers.ts'
import type { LayerInfo, NotFillable, Rect, Selection } from './messages.ts'
import { isPlaceholder } from './placeholder.ts'
import { words } from './words.ts'

export interface Obstacle {
  readonly reason: NotFillable
  /** One sentence a designer understands: why not, and what to do. */
  readonly message: string
}

/** Rendered at less than an eighth of its size, a layer shows nothing worth filling. */
const maxLayerSide = 8 * maxImageSidePx

/** What the person has selected. A fill that Infill made stands for the layer it lies on. */
export async function readSelection(): Promise<Selection> {
  if (figma.editorType !== 'figma')
    return notFillable({ reason: 'no-access', message: words.selection.noAccess })
  const layers = new Map<string, SceneNode>()
  let first: Obstacle | null = null
  for (const node of figma.currentPage.selection) {
    const meant = await layerMeantBy(node)
    const obstacle = obstacleTo(meant)
    if (obstacle === null) layers.set(meant.id, meant)
    else first ??= obstacle
  }
  if (layers.size === 0) return notFillable(first ?? { reason: 'nothing', message: words.selection.nothing })
  const pictures = [...layers.values()].filter((layer) => !isPlainShape(layer))
  // Shapes that are selected together with pictures are there to say where on them.
  const meant = pictures.length > 0 ? pictures : [...layers.values()]
  return { state: 'fillable', layers: meant.map(layerInfo) }
}

/** The same is to be done on several layers, which stay selected for the next time. */
export async function areSeveralSelected(): Promise<boolean> {
  const selection = await readSelection()
  return selection.state === 'fillable' && selection.layers.length > 1
}

/** Reports what the person selects from now on; what `selectOwn` selects is passed over. */
export function followSelection(report: (selection: Selection) => void): void {
  let latest = 0
  const look = async () => {
    if (idsOf(figma.currentPage.selection) === ownSelection) return
    ownSelection = null
    const look = ++latest
    const selection = await readSelection()
    // Reading may take a moment, and the person may have selected something else meanwhile.
    if (look === latest) report(selection)
  }
  figma.on('selectionchange', look)
  figma.on('currentpagechange', look)
}

/** Selects a layer without reporting it, so that the window stays with the layer it has open. */
export function selectOwn(page: PageNode, layers: readonly SceneNode[]): void {
  if (page.id === figma.currentPage.id) ownSelection = idsOf(layers)
  page.selection = layers
}

/** Why a layer cannot be filled; null: it can. */
export function obstacleTo(node: SceneNode): Obstacle | null {
  if (node.type === 'TEXT' || node.type === 'TEXT_PATH')
    return { reason: 'text', message: words.selection.text }
  if (!isLayer(node)) return unsupported(node)
  const locked = [node, ...ancestorsOf(node)].find((layer) => layer.locked)
  return locked ? lockedBy(locked, node) : obstacleToReading(node)
}

/** Why a layer has no picture; null: it has one. */
export function obstacleToReading(node: Layer): Obstacle | null {
  if (showsVideo(node)) return { reason: 'unsupported', message: words.selection.video }
  if (node.width < 1 || node.height < 1) return empty(node)
  // A finished copy hides its original, which stays the one to work on.
  if (isHiddenByInfill(node)) return null
  const shown = isPlaceholder(node) && isVisible(node) ? node.absoluteBoundingBox : boundsOfPaint(node)
  if (!shown || shown.width < 1 || shown.height < 1) return empty(node)
  if (Math.max(shown.width, shown.height) > maxLayerSide) return tooLarge(node)
  return null
}

/** @throws Refusal `not-fillable` with the reason in words */
export function refuseFor(obstacle: Obstacle | null): void {
  if (obstacle) throw new Refusal('not-fillable', obstacle.message)
}

export function layerInfo({ id, name }: BaseNode): LayerInfo {
  return { id, name }
}

/** A layer is hidden and a finished copy lies above it. */
export function isHiddenByInfill(layer: Layer): boolean {
  return !layer.visible && fillsOn(layer).some(({ bond }) => bond.placement === 'finished')
}

let ownSelection: string | null = null

function idsOf(nodes: readonly SceneNode[]): string {
  return nodes
    .map(({ id }) => id)
    .sort()
    .join()
}

async function layerMeantBy(node: SceneNode): Promise<SceneNode> {
  const fill = fillOf(node)
  if (!fill || isPicture(fill)) return node
  return (await sourceOf(fill)) ?? node
}

/** Drawn, and without a picture. */
function isPlainShape(node: SceneNode): boolean {
  if (!shapeTypes.includes(node.type) || !('fills' in node)) return false
  return (
    node.fills === figma.mixed || !node.fills.some(({ type, visible = true }) => type === 'IMAGE' && visible)
  )
}

const shapeTypes: readonly NodeType[] = [
  'RECTANGLE',
  'ELLIPSE',
  'POLYGON',
  'STAR',
  'VECTOR',
  'BOOLEAN_OPERATION',
]

function notFillable({ reason, message }: Obstacle): Selection {
  return { state: 'not-fillable', reason, message }
}

function isVisible(node: SceneNode): boolean {
  return [node, ...ancestorsOf(node)].every(({ visible }) => visible)
}

function boundsOfPaint(node: Layer): Rect | null {
  return isPainted(node) ? node.absoluteRenderBounds : null
}

/** Something in the layer has a visible paint. */
function isPainted(node: SceneNode): boolean {
  if (!node.visible) return false
  if ('children' in node && node.children.some(isPainted)) return true
  if (!('fills' in node)) return !('children' in node)
  const strokes = 'strokes' in node ? node.strokes : []
  return node.fills === figma.mixed || [...node.fills, ...strokes].some(({ visible = true }) => visible)
}

function showsVideo(layer: Layer): boolean {
  if (!('fills' in layer) || layer.fills === figma.mixed) return false
  return layer.fills.some(({ type, visible = true }) => type === 'VIDEO' && visible)
}

function lockedBy(locked: BaseNode, node: BaseNode): Obstacle {
  const message =
    locked.id === node.id
      ? words.selection.locked(node.name)
      : words.selection.lockedIn(node.name, locked.name)
  return { reason: 'locked', message }
}

function empty({ name }: BaseNode): Obstacle {
  return {
    reason: 'empty',
    message: words.selection.empty(name),
  }
}

function tooLarge({ name }: BaseNode): Obstacle {
  return {
    reason: 'too-large',
    message: words.selection.tooLarge(name),
  }
}

function unsupported({ name }: BaseNode): Obstacle {
  return {
    reason: 'unsupported',
    message: words.selection.unsupported(name),
  }
}
