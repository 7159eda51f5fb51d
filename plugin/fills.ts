import { boxOf, grownBox, isSameBox } from './geometry.ts'
import { holdsFills, imageFill } from './image-fill.ts'
import { anchorOf, boxOfLayer, isLayer, type Layer } from './layers.ts'
import { noMargins, type PlacedFill } from './messages.ts'
import { type Bond, readBond, renderedHashPrefix } from './recipe.ts'

/** A layer that Infill made. */
export interface Fill {
  readonly layer: Layer
  readonly bond: Bond
}

/** null: not made by Infill. */
export function fillOf(node: BaseNode): Fill | null {
  const bond = isLayer(node) ? readBond(node) : null
  return bond && isLayer(node) ? { layer: node, bond } : null
}

/** null: gone, or not made by Infill. */
export async function findFill(layerId: string): Promise<Fill | null> {
  const node = await figma.getNodeByIdAsync(layerId)
  return node && !node.removed ? fillOf(node) : null
}

/** The fills that lie on a layer, lowest first. */
export function fillsOn(source: Layer): Fill[] {
  const beside = anchorOf(source).parent?.children ?? []
  const inside = holdsFills(source) ? source.children : []
  return [...inside, ...beside]
    .filter((node) => node.id !== source.id)
    .map(fillOf)
    .filter((fill): fill is Fill => fill !== null && isOn(fill, source))
}

/** The whole copy of a layer that stands for it. */
export function finishedOn(source: Layer): Fill | undefined {
  return fillsOn(source).find(({ bond }) => bond.placement === 'finished')
}

/**
 * The layer that a fill lies on; null when it is gone. Looked for where the fill is before it is looked for by id, because
 * in a copy of a screen the fill still names the layer of the first one.
 */
export async function sourceOf(fill: Fill): Promise<Layer | null> {
  const near = neighboursOf(fill.layer).filter((layer) => isOn(fill, layer))
  const own = near.find(({ id }) => id === fill.bond.sourceId) ?? near[near.length - 1]
  if (own) return own
  for (const id of [...idsInSiblingInstances(fill), fill.bond.sourceId]) {
    const node = await figma.getNodeByIdAsync(id)
    if (node && isLayer(node) && (id === fill.bond.sourceId || covers(fill, node))) return node
  }
  return null
}

export function placedFill({ layer, bond }: Fill): PlacedFill {
  return {
    layerId: layer.id,
    name: layer.name,
    hash: pictureHash(layer) ?? '',
    placement: bond.placement,
    margins: bond.recipe.margins ?? null,
    recipe: bond.recipe,
  }
}

/** A finished copy that is larger than its source shows all there is to see: it is a picture to work on, as any other. */
export function isPicture({ bond }: Fill): boolean {
  return bond.placement === 'finished' && bond.recipe.margins !== undefined
}

/** Of the picture that a fill shows: its topmost paint; a rendered original may lie hidden beneath it. */
export function pictureHash(layer: Layer): string | null {
  if (!('fills' in layer) || layer.fills === figma.mixed) return null
  const images = layer.fills.filter((paint): paint is ImagePaint => paint.type === 'IMAGE')
  return images[images.length - 1]?.imageHash ?? null
}

/**
 * By place first, by name second: a duplicated fill lies on its own original and names another. One that was made from
 * another image is on the layer that it names, or, where that is not beside it, on the one that it lies over: the picture
 * was exchanged, in a duplicated screen.
 */
function isOn(fill: Fill, source: Layer): boolean {
  const isNamed = fill.bond.sourceId === source.id
  const others = neighboursOf(fill.layer).filter(({ id }) => id !== source.id)
  const named = others.find(({ id }) => id === fill.bond.sourceId)
  if (covers(fill, source)) return isNamed || named === undefined || !covers(fill, named)
  const isLeftOver = isNamed || (named === undefined && liesOver(fill, source))
  return isLeftOver && !others.some((other) => covers(fill, other))
}

/** Whether a fill lies exactly over a layer and, where that can be told, was made from the image that the layer shows. */
function covers(fill: Fill, source: Layer): boolean {
  const { sourceHash } = fill.bond.recipe
  const isOfImage = !sourceHash.startsWith(renderedHashPrefix)
  return (!isOfImage || imageFill(source)?.imageHash === sourceHash) && liesOver(fill, source)
}

/** But for its margins. */
function liesOver({ layer, bond }: Fill, source: Layer): boolean {
  const { margins = noMargins } = bond.recipe
  if (isSameBox(boxOfLayer(layer), grownBox(boxOfLayer(source), margins))) return true
  const [bounds, shown] = [layer.absoluteBoundingBox, source.absoluteRenderBounds]
  return bounds !== null && shown !== null && isSameBox(boxOf(bounds), grownBox(boxOf(shown), margins))
}

/** What could be the source of a fill: the frame it is in, and the layers beside it. */
function neighboursOf(layer: Layer): Layer[] {
  const parent = layer.parent
  if (!parent) return []
  return [parent, ...parent.children].filter((node): node is Layer => {
    if (!isLayer(node) || node.id === layer.id) return false
    if (node.id === parent.id && !holdsFills(node)) return false
    const fill = fillOf(node)
    return fill === null || isPicture(fill)
  })
}

/** `I<instance>;<path>` is a layer inside an instance; the path is the same in a copy of the instance. */
function idsInSiblingInstances({ layer, bond }: Fill): string[] {
  const [, ...path] = bond.sourceId.split(';')
  if (path.length === 0) return []
  const instances = (layer.parent?.children ?? []).filter(({ type }) => type === 'INSTANCE')
  return instances.map(({ id }) => [`I${id}`, ...path].join(';'))
}
