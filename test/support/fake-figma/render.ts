import type {
  ExportSettings,
  ImagePaint,
  Paint,
  Rect,
  Transform,
} from '@figma/plugin-typings/plugin-api-standalone'
import { file, inner, pixels } from './hidden.ts'

import { encodePng, type Pixels } from './images.ts'
import { ancestorsOf, descendantsOf, type FakeNode } from './node.ts'
import { absoluteTransformOf, apply, boundingBoxOf, invert, renderBoundsOf, sizeOf } from './space.ts'

/** Red, green, blue, alpha, 0 to 1, premultiplied. */
type Colour = readonly [number, number, number, number]

const clear: Colour = [0, 0, 0, 0]

/** What `exportAsync` does: the layer and all in it, as it lies on the page, or all that overlaps it. */
export async function exportPng(node: FakeNode, settings: ExportSettings): Promise<Uint8Array> {
  if (settings.format !== 'PNG') throw new Error('in exportAsync: Only PNG is rendered here')
  const shown = renderBoundsOf(node)
  const bounds = shown && (settings.useAbsoluteBounds ? boundingBoxOf(node) : shown)
  if (!bounds)
    throw new Error('in exportAsync: Failed to export node. This node may not have any visible layers')
  const { type, value } = settings.constraint ?? { type: 'SCALE', value: 1 }
  const scale = { SCALE: value, WIDTH: value / bounds.width, HEIGHT: value / bounds.height }[type]
  const layers = settings.contentsOnly === false ? pageOf(node)[inner].state.children : [node]
  return encodePng(await render(layers, bounds, scale))
}

function pageOf(node: FakeNode): FakeNode {
  return ancestorsOf(node).find(({ type }) => type === 'PAGE')!
}

/**
 * Layers as they lie on the page, in a region of it: nearest-neighbour samples of image fills, solid fills, groups,
 * clipping, masks and opacity. Blend modes, filters, effects and strokes are left out.
 */
export async function render(layers: readonly FakeNode[], region: Rect, scale = 1): Promise<Pixels> {
  const width = Math.max(1, Math.round(region.width * scale))
  const height = Math.max(1, Math.round(region.height * scale))
  const scene = { images: await decodedImages(layers), toLayer: new Map<FakeNode, Transform>() }
  const data = new Uint8Array(4 * width * height)
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      const x = region.x + ((px + 0.5) * region.width) / width
      const y = region.y + ((py + 0.5) * region.height) / height
      const colour = layers.reduce((under, layer) => over(colourAt(layer, x, y, scene), under), clear)
      data.set(straight(colour), 4 * (py * width + px))
    }
  }
  return { width, height, data }
}

interface Scene {
  readonly images: ReadonlyMap<string, Pixels>
  readonly toLayer: Map<FakeNode, Transform>
}

async function decodedImages(layers: readonly FakeNode[]): Promise<Map<string, Pixels>> {
  const images = new Map<string, Pixels>()
  for (const node of layers.flatMap((layer) => [layer, ...descendantsOf(layer)])) {
    for (const paint of paintsOf(node)) {
      if (paint.type !== 'IMAGE' || paint.imageHash === null) continue
      const image = node[inner].figma[file].images.get(paint.imageHash)
      if (!image) throw new Error(`There is no image ${paint.imageHash}`)
      images.set(paint.imageHash, await image[pixels]())
    }
  }
  return images
}

/** Of the page's point (x, y). */
function colourAt(node: FakeNode, x: number, y: number, scene: Scene): Colour {
  const { state } = node[inner]
  if (!state.visible) return clear
  const { width, height } = sizeOf(node)
  const [localX, localY] = apply(toLayer(node, scene), x, y)
  const isInside = isInShape(node, localX, localY)
  let colour = clear
  if (isInside) {
    for (const paint of paintsOf(node)) {
      colour = over(colourOfPaint(paint, localX / width, localY / height, { width, height }, scene), colour)
    }
  }
  if (!state.clipsContent || isInside) {
    let shownThrough = 1
    for (const child of state.children) {
      const [r, g, b, a] = colourAt(child, x, y, scene)
      if (child[inner].state.isMask && child[inner].state.visible) shownThrough = a
      else colour = over(scaled([r, g, b, a], shownThrough), colour)
    }
  }
  return scaled(colour, state.opacity)
}

function toLayer(node: FakeNode, { toLayer: known }: Scene): Transform {
  const transform = known.get(node) ?? invert(absoluteTransformOf(node))
  known.set(node, transform)
  return transform
}

function isInShape(node: FakeNode, x: number, y: number): boolean {
  const { width, height } = sizeOf(node)
  if (x < 0 || y < 0 || x >= width || y >= height) return false
  if (node.type === 'ELLIPSE') return ((2 * x) / width - 1) ** 2 + ((2 * y) / height - 1) ** 2 <= 1
  const [topLeft, topRight, bottomRight, bottomLeft] = node[inner].state.radii
  const isLeft = x < width / 2
  const isTop = y < height / 2
  const radius = isTop ? (isLeft ? topLeft : topRight) : isLeft ? bottomLeft : bottomRight
  const beyondX = radius - (isLeft ? x : width - x)
  const beyondY = radius - (isTop ? y : height - y)
  return beyondX <= 0 || beyondY <= 0 || Math.hypot(beyondX, beyondY) <= radius
}

function paintsOf(node: FakeNode): readonly Paint[] {
  const { fills } = node[inner].state
  return typeof fills === 'symbol' ? [] : fills.filter(({ visible = true }) => visible)
}

/** (u, v): in the layer's unit square. */
function colourOfPaint(paint: Paint, u: number, v: number, layer: Size, scene: Scene): Colour {
  const { opacity = 1 } = paint
  if (paint.type === 'SOLID') return scaled([paint.color.r, paint.color.g, paint.color.b, 1], opacity)
  if (paint.type !== 'IMAGE' || paint.imageHash === null) return clear
  const image = scene.images.get(paint.imageHash)!
  const [x, y] = imagePoint(paint, u, v, layer, image).map(Math.floor)
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return clear
  const [r, g, b, a] = image.data.subarray(4 * (y * image.width + x))
  return scaled([r / 255, g / 255, b / 255, 1], (a / 255) * opacity)
}

type Size = { readonly width: number; readonly height: number }

function imagePoint(paint: ImagePaint, u: number, v: number, layer: Size, image: Size): [number, number] {
  if (paint.scaleMode === 'CROP') {
    const [cropU, cropV] = apply(
      paint.imageTransform ?? [
        [1, 0, 0],
        [0, 1, 0],
      ],
      u,
      v,
    )
    return [cropU * image.width, cropV * image.height]
  }
  const turns = ((((paint.rotation ?? 0) / 90) % 4) + 4) % 4
  const [x, y] = [(u - 0.5) * layer.width, (v - 0.5) * layer.height]
  const turned = (
    [
      [x, y],
      [y, -x],
      [-x, -y],
      [-y, x],
    ] as const
  )[turns]!
  const box = turns % 2 === 0 ? layer : { width: layer.height, height: layer.width }
  if (paint.scaleMode === 'TILE') {
    const scale = paint.scalingFactor ?? 1
    return [
      wrapped((turned[0] + box.width / 2) / scale, image.width),
      wrapped((turned[1] + box.height / 2) / scale, image.height),
    ]
  }
  const ratios = [box.width / image.width, box.height / image.height] as const
  const scale = paint.scaleMode === 'FILL' ? Math.max(...ratios) : Math.min(...ratios)
  return [turned[0] / scale + image.width / 2, turned[1] / scale + image.height / 2]
}

function wrapped(value: number, length: number): number {
  return ((value % length) + length) % length
}

function over(top: Colour, under: Colour): Colour {
  const through = 1 - top[3]
  return [
    top[0] + under[0] * through,
    top[1] + under[1] * through,
    top[2] + under[2] * through,
    top[3] + under[3] * through,
  ]
}

function scaled([r, g, b, a]: Colour, by: number): Colour {
  return [r * by, g * by, b * by, a * by]
}

function straight([r, g, b, a]: Colour): number[] {
  return a === 0
    ? [0, 0, 0, 0]
    : [...[r, g, b].map((value) => Math.round((255 * value) / a)), Math.round(255 * a)]
}
