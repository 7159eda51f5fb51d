import { Refusal } from './failure.ts'
import { fillOf } from './fills.ts'
import {
  boxOf,
  exportConstraint,
  type ImageFit,
  identity,
  invert,
  type Matrix,
  multiply,
  type Size,
  translation,
} from './geometry.ts'
import { boxOfLayer, type Layer } from './layers.ts'
import type { PlacedShape } from './messages.ts'
import { type Picture, pictureOf, pngSize } from './picture.ts'
import { words } from './words.ts'

/**
 * What is selected beside a picture and the fills on it, as it looks, and where that lies on the picture.
 *
 * @throws Refusal `not-fillable` where the picture is repeated, and so lies in many places
 */
export async function openShapes(source: Layer, except: readonly string[]): Promise<readonly PlacedShape[]> {
  const toPicture = invert(transformOfPicture(source, await pictureOf(source)))
  const selected = figma.currentPage.selection.filter(
    (node) => node.id !== source.id && !except.includes(node.id) && fillOf(node) === null,
  )
  const shapes: PlacedShape[] = []
  for (const node of selected) {
    const bounds = 'absoluteRenderBounds' in node ? node.absoluteRenderBounds : null
    if (!bounds || !('exportAsync' in node)) continue
    const png = await node.exportAsync({ format: 'PNG', constraint: exportConstraint(bounds) })
    const { widthPx, heightPx } = pngSize(png)
    const toPage = multiply(
      boxOf(bounds).transform,
      scaling(bounds.width / widthPx, bounds.height / heightPx),
    )
    shapes.push({ png, transform: multiply(toPicture, toPage) })
  }
  return shapes
}

/** From a picture's pixels to the page. */
function transformOfPicture(source: Layer, picture: Picture): Matrix {
  const size = { width: picture.widthPx, height: picture.heightPx }
  if (picture.kind === 'render') {
    const { transform, size: box } = picture.box
    return multiply(transform, scaling(box.width / size.width, box.height / size.height))
  }
  const { transform, size: layer } = boxOfLayer(source)
  const fit =
    picture.kind === 'image' ? picture.fill : { scaleMode: 'CROP' as const, imageTransform: picture.crop }
  return multiply(transform, transformInLayer(fit, size, layer, source.name))
}

/** From an image's pixels to its layer's. */
function transformInLayer(fit: ImageFit, image: Size, layer: Size, name: string): Matrix {
  if (fit.scaleMode === 'TILE') {
    throw new Refusal('not-fillable', words.shapeOnRepeated(name))
  }
  if (fit.scaleMode === 'CROP') {
    const toUnit = multiply(
      invert(fit.imageTransform ?? identity),
      scaling(1 / image.width, 1 / image.height),
    )
    return multiply(scaling(layer.width, layer.height), toUnit)
  }
  // Figma turns the image about its middle, clockwise, before it fits it.
  const turn = quarterTurn(fit.rotation ?? 0)
  const isAcross = turn[0][0] === 0
  const seen = isAcross ? { width: image.height, height: image.width } : image
  const ratios = [layer.width / seen.width, layer.height / seen.height]
  const scale = fit.scaleMode === 'FILL' ? Math.max(...ratios) : Math.min(...ratios)
  const toMiddle = translation(-image.width / 2, -image.height / 2)
  const fromMiddle = translation(layer.width / 2, layer.height / 2)
  return multiply(fromMiddle, multiply(scaling(scale, scale), multiply(turn, toMiddle)))
}

/** @param degrees A multiple of 90. */
function quarterTurn(degrees: number): Matrix {
  const angle = (Math.round(degrees / 90) * Math.PI) / 2
  const [cos, sin] = [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))]
  return [
    [cos, -sin, 0],
    [sin, cos, 0],
  ]
}

function scaling(x: number, y: number): Matrix {
  return [
    [x, 0, 0],
    [0, y, 0],
  ]
}
