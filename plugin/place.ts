import { Refusal } from './failure.ts'
import { type Fill, fillOf, fillsOn, findFill, isPicture, placedFill, sourceOf } from './fills.ts'
import {
  identity,
  invert,
  isSameBox,
  type Matrix,
  maxImageSidePx,
  multiply,
  translation,
} from './geometry.ts'
import {
  anchorOf,
  boxOfLayer,
  containerOf,
  isAutoLayout,
  isFrame,
  type Layer,
  type Parent,
  pageOf,
  transformOfContainer,
} from './layers.ts'
import type { PlacedFill, PlaceRequest } from './messages.ts'
import { type Bond, keepRecipe, rememberRecipe } from './recipe.ts'
import { areSeveralSelected, selectOwn } from './selection.ts'
import { boxOfTarget, findTarget, type Target } from './target.ts'
import { words } from './words.ts'

export interface Placed {
  readonly fill: PlacedFill
  readonly notes: readonly string[]
}

/**
 * Puts a fill over its layer, in one undo step; when anything fails, the document is as before.
 *
 * @throws Refusal `source-gone`, `source-changed`, `read-only`, `picture-too-large`.
 */
export async function place(request: PlaceRequest): Promise<Placed> {
  if (figma.editorType !== 'figma') throw new Refusal('read-only', words.readOnly)
  const image = imageFrom(request.png)
  const target = await findTarget(request, await image.getSizeAsync())
  const replaced = request.replaces === null ? null : await findFill(request.replaces)
  const bond: Bond = {
    recipe: request.recipe,
    sourceId: target.source?.id ?? request.layerId,
    placement: target.source ? request.placement : 'patch',
  }

  const staysSelected = await areSeveralSelected()

  return inOneUndoStep(async (undo) => {
    const isSwap = replaced !== null && canTake(replaced, target, bond)
    const layer = isSwap
      ? swapImage(replaced.layer, target, image, bond, undo)
      : await addLayer(target, image, bond, undo)
    layer.name = words.names[bond.recipe.task]
    keepRecipe(layer, bond, request)
    if (bond.placement === 'finished' && target.source) hideBeneath(layer, target.source, bond, undo)
    if (!staysSelected) select(layer, undo)
    const placed = { fill: placedFill({ layer, bond }), notes: target.notes }
    if (replaced && !isSwap) {
      if (bond.placement === 'patch' && target.source) showAgain(target.source, replaced, undo)
      // Last of all, because a removed layer cannot be brought back.
      replaced.layer.remove()
    }
    return placed
  })
}

/** Takes a fill away and shows the original again, in one undo step; already gone: does nothing. */
export async function removeFill(layerId: string): Promise<void> {
  const fill = await findFill(layerId)
  if (!fill) return
  const source = await sourceOf(fill)
  await inOneUndoStep(async (undo) => {
    if (source) showAgain(source, fill, undo)
    fill.layer.remove()
  })
}

/** What can be painted with an image. */
type Paintable = Exclude<Layer, GroupNode>

/** How to take back what was done so far, in order. */
type Undo = (() => void)[]

function imageFrom(png: Uint8Array): Image {
  try {
    return figma.createImage(png)
  } catch (error) {
    if (error instanceof Error && /too large/i.test(error.message)) {
      throw new Refusal('picture-too-large', words.place.tooLarge(maxImageSidePx))
    }
    throw error
  }
}

async function inOneUndoStep<T>(write: (undo: Undo) => Promise<T>): Promise<T> {
  const undo: Undo = []
  try {
    figma.commitUndo()
    const result = await write(undo)
    figma.commitUndo()
    return result
  } catch (error) {
    for (const step of undo.reverse()) step()
    throw error
  }
}

function select(layer: Layer, undo: Undo): void {
  const page = pageOf(layer)
  const selected = page.selection
  undo.push(() => selectOwn(page, selected))
  selectOwn(page, [layer])
}

/** Whether an earlier fill can show the new picture as it is, so that it stays the same layer. */
function canTake({ layer, bond }: Fill, target: Target, { placement }: Bond): boolean {
  return (
    bond.placement === placement &&
    target.source !== null &&
    layer.parent?.id === spotOver(target.source, target.way).parent.id
  )
}

function swapImage(layer: Layer, target: Target, image: Image, bond: Bond, undo: Undo): Layer {
  const painted = layer as Paintable
  const { fills, name } = painted
  undo.push(() => {
    painted.fills = fills
    painted.name = name
  }, rememberRecipe(layer))
  painted.fills = paintsOf(target, image, bond, layer)
  if (isSameBox(boxOfLayer(layer), boxOfTarget(target))) return layer
  const { width, height, relativeTransform } = layer
  undo.push(() => {
    painted.resize(width, height)
    painted.relativeTransform = relativeTransform
  })
  layOver(painted, target)
  return layer
}

async function addLayer(target: Target, image: Image, bond: Bond, undo: Undo): Promise<Layer> {
  const isClone = target.way === 'copy' && !isFrame(target.source)
  const layer: Paintable = isClone ? target.source.clone() : figma.createRectangle()
  undo.push(() => layer.remove())
  // Figma puts a new layer on top of the current page.
  if (target.source) {
    const { parent, index } = spotOver(target.source, target.way)
    parent.insertChild(index, layer)
    if (isAutoLayout(parent)) layer.layoutPositioning = 'ABSOLUTE'
  }
  if (target.source && !isClone) copyFrameOf(target.source, layer, target.way)
  layOver(layer, target)
  layer.fills = paintsOf(target, image, bond, null)
  layer.locked = false
  layer.visible = true
  if (isClone && bond.placement === 'patch') await strip(layer)
  return layer
}

/** Directly above the layer and the fills that lie on it; in a frame that has the picture itself: below its content. */
function spotOver(source: Layer, way: Target['way']): { parent: Parent; index: number } {
  const isInside = way === 'copy' && isFrame(source)
  const anchor = anchorOf(source)
  const parent: Parent | null = isInside ? source : anchor.parent
  if (!parent) throw new Error('Expected the layer to lie in a page.')
  const ids = parent.children.map(({ id }) => id)
  const lower = [anchor, ...fillsOn(source).map(({ layer }) => layer)]
  return { parent, index: Math.max(...lower.map(({ id }) => ids.indexOf(id))) + 1 }
}

/** A new rectangle takes on what the layer's own shape and place depend on. */
function copyFrameOf(source: Layer, layer: Paintable, way: Target['way']): void {
  if (way === 'cover') {
    // An export has the layer's opacity in it, but not the way in which it mixes with what lies beneath.
    if (source.blendMode !== 'PASS_THROUGH') layer.blendMode = source.blendMode
    if ('constraints' in source && 'constraints' in layer) layer.constraints = source.constraints
    return
  }
  if ('constraints' in layer) layer.constraints = { horizontal: 'STRETCH', vertical: 'STRETCH' }
  if (!('topLeftRadius' in source) || !('topLeftRadius' in layer)) return
  layer.topLeftRadius = source.topLeftRadius
  layer.topRightRadius = source.topRightRadius
  layer.bottomRightRadius = source.bottomRightRadius
  layer.bottomLeftRadius = source.bottomLeftRadius
  layer.cornerSmoothing = source.cornerSmoothing
}

/** Lays a layer that is in its place in the tree over the target. */
function layOver(layer: Paintable, target: Target): void {
  const { size, transform } = boxOfTarget(target)
  if (layer.width !== size.width || layer.height !== size.height) layer.resize(size.width, size.height)
  layer.relativeTransform = relativeTo(layer, target, transform)
}

function relativeTo(layer: Paintable, target: Target, transform: Matrix): Matrix {
  if (!layer.parent) throw new Error('Expected the layer to lie in a page.')
  const container = containerOf(layer.parent)
  if (target.way === 'copy' && target.source.parent) {
    // Taken as they are where they can be, so that nothing is lost to rounding.
    if (container.id === target.source.id) return identity
    if (container.id === containerOf(target.source.parent).id) {
      const { relativeTransform } = target.source
      const { margins } = target
      return margins
        ? multiply(relativeTransform, translation(-margins.left, -margins.top))
        : relativeTransform
    }
  }
  return multiply(invert(transformOfContainer(container)), transform)
}

/** `swapped`: the layer whose image is exchanged. */
function paintsOf(target: Target, image: Image, { placement }: Bond, swapped: Layer | null): Paint[] {
  if (target.way === 'copy') return [{ ...target.paint, imageHash: image.hash }]
  // CROP with the whole image stretches it to the box, whatever the rounding of its pixels.
  const stretched: ImagePaint = {
    type: 'IMAGE',
    scaleMode: 'CROP',
    imageTransform: target.way === 'cover' ? target.crop : identity,
    imageHash: image.hash,
  }
  if (target.way === 'view' || placement === 'patch') return [stretched]
  // A hidden layer cannot be rendered again: its finished copy keeps what it looked like, as a paint that is not shown.
  const kept = target.original
    ? { ...stretched, imageHash: figma.createImage(target.original).hash, visible: false }
    : keptPaint(swapped ?? finishedOver(target.source))
  return kept ? [kept, stretched] : [stretched]
}

function keptPaint(layer: Layer | null): Paint | null {
  if (!layer || !('fills' in layer) || layer.fills === figma.mixed) return null
  return layer.fills.find(({ visible = true }) => !visible) ?? null
}

function finishedOver(source: Layer): Layer | null {
  return fillsOn(source).find(({ bond }) => bond.placement === 'finished')?.layer ?? null
}

/** A patch shows its image and nothing else; a finished copy keeps all that the original had. */
async function strip(layer: Paintable): Promise<void> {
  layer.isMask = false
  layer.strokes = []
  layer.effects = []
  layer.exportSettings = []
  if ('reactions' in layer && layer.reactions.length > 0) await layer.setReactionsAsync([])
}

/** A finished copy stands for its source, and a larger one for all that lies on that as well. */
function hideBeneath(copy: Layer, source: Layer, bond: Bond, undo: Undo): void {
  for (const layer of bond.recipe.margins ? [source, ...fillsBeneath(copy, source)] : [source]) {
    // What lies in a frame is hidden with it: a frame that holds its copy itself stays in view.
    if (layer.visible && copy.parent?.id !== layer.id) setVisible(layer, false, undo)
  }
}

/** What only `leaving` hid. */
function showAgain(source: Layer, leaving: Fill, undo: Undo): void {
  if (leaving.bond.placement !== 'finished') return
  const others = fillsBeneath(leaving.layer, source)
  const isCovered = others.some((layer) => fillOf(layer)?.bond.placement === 'finished')
  for (const layer of [...(isCovered ? [] : [source]), ...(isPicture(leaving) ? others : [])]) {
    if (!layer.visible) setVisible(layer, true, undo)
  }
}

function fillsBeneath(copy: Layer, source: Layer): Layer[] {
  return fillsOn(source)
    .map(({ layer }) => layer)
    .filter(({ id }) => id !== copy.id)
}

function setVisible(layer: Layer, visible: boolean, undo: Undo): void {
  undo.push(() => {
    layer.visible = !visible
  })
  layer.visible = visible
}
