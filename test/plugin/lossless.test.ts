import type { ImagePaint, Rect, Transform } from '@figma/plugin-typings/plugin-api-standalone'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decode,
  FakeFigma,
  type FakeFrame,
  type FakeLayer,
  type FakeShape,
  group,
  identityFill,
  imagePaint,
  inner,
  noiseFill,
  type Pixels,
  render,
} from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

interface Place {
  readonly angleDeg: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Scene {
  readonly outer: Place
  readonly isClipping: boolean
  readonly isAutoLayout: boolean
  readonly isGrouped: boolean
  readonly photo: Place
  readonly type: 'RECTANGLE' | 'ELLIPSE' | 'FRAME'
  readonly radius: number
  readonly paint: Partial<ImagePaint>
}

const length = fc.integer({ min: 8, max: 50 })
const places = fc.record({
  angleDeg: fc.integer({ min: -180, max: 180 }),
  x: fc.integer({ min: -20, max: 40 }),
  y: fc.integer({ min: -20, max: 40 }),
  width: length,
  height: length,
})
const crops = fc
  .record({
    angle: fc.double({ min: -1, max: 1, noNaN: true }),
    width: fc.double({ min: 0.2, max: 1.2, noNaN: true }),
    height: fc.double({ min: 0.2, max: 1.2, noNaN: true }),
    x: fc.double({ min: -0.3, max: 0.5, noNaN: true }),
    y: fc.double({ min: -0.3, max: 0.5, noNaN: true }),
  })
  .map(({ angle, width, height, x, y }): Transform => {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    return [
      [width * cos, height * sin, x],
      [-width * sin, height * cos, y],
    ]
  })
const rotation = fc.constantFrom(0, 90, 180, 270)
const paints: fc.Arbitrary<Partial<ImagePaint>> = fc.oneof(
  fc.record({ scaleMode: fc.constant('FILL' as const), rotation }),
  fc.record({ scaleMode: fc.constant('FIT' as const), rotation }),
  fc.record({
    scaleMode: fc.constant('TILE' as const),
    rotation,
    scalingFactor: fc.double({ min: 0.3, max: 2, noNaN: true }),
  }),
  fc.record({ scaleMode: fc.constant('CROP' as const), imageTransform: crops }),
)
const scenes: fc.Arbitrary<Scene> = fc.record({
  outer: places,
  isClipping: fc.boolean(),
  isAutoLayout: fc.boolean(),
  isGrouped: fc.boolean(),
  photo: places,
  type: fc.constantFrom('RECTANGLE' as const, 'ELLIPSE' as const, 'FRAME' as const),
  radius: fc.integer({ min: 0, max: 12 }),
  paint: paints,
})

describe('a fill', () => {
  test('shows each pixel where the picture would show it, however that is turned, cropped, nested and clipped', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const figma = new FakeFigma()
        const { outer, photo } = await build(figma, scene)
        // Off the whole units, so that no sample lies on the border between two pixels of the picture.
        const region = { x: -60.3, y: -60.3, width: 160, height: 160 }
        await withPlugin(figma, async (plugin) => {
          const source = await openVisible(plugin, photo)
          if (!source) return
          expect(source.kind).toBe('image')
          const request = await noiseFill(source, 2)
          const expected = await renderWithImage(photo, request.png, [outer], region)
          const { fill } = await plugin.request('place', request)
          expect(fill.placement).toBe('patch')
          const placed = await render([outer], region, 0.5)
          expect(Buffer.from(placed.data).equals(expected.data)).toBe(true)
        })
      }),
      { numRuns: 40 },
    )
  })

  test('lies exactly over a rendered layer, in a turned frame too', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const figma = new FakeFigma()
        const { photo } = await build(figma, scene)
        const solid = { type: 'SOLID', color: { r: 0.2, g: 0.6, b: 0.4 } } as const
        photo.fills = [solid, ...(photo.fills as readonly ImagePaint[])]
        await withPlugin(figma, async (plugin) => {
          const source = await openVisible(plugin, photo)
          if (!source) return
          expect(source.kind).toBe('render')
          const { fill } = await plugin.request('place', await identityFill(source))
          const layer = (await figma.getNodeByIdAsync(fill.layerId)) as FakeShape
          const shown = await layer.exportAsync({ format: 'PNG', constraint: { type: 'SCALE', value: 2 } })
          expect(await decode(shown)).toEqual(await decode(source.bytes))
        })
      }),
      { numRuns: 40 },
    )
  })
})

/** A picture in a frame on the page, perhaps in a group between them. */
async function build(figma: FakeFigma, scene: Scene): Promise<{ outer: FakeFrame; photo: FakeShape }> {
  const outer = figma.createFrame()
  lay(outer, scene.outer)
  const photo = { RECTANGLE: 'createRectangle', ELLIPSE: 'createEllipse', FRAME: 'createFrame' } as const
  const layer: FakeShape = figma[photo[scene.type]]()
  outer.appendChild(layer)
  lay(layer, scene.photo)
  layer.fills = [await imagePaint(figma, { paint: scene.paint })]
  if ('cornerRadius' in layer) layer.cornerRadius = Math.min(scene.radius, layer.width / 2, layer.height / 2)
  if (scene.isGrouped) group(figma, 'GROUP', [layer])
  outer.clipsContent = scene.isClipping
  if (scene.isAutoLayout) outer.layoutMode = 'HORIZONTAL'
  return { outer, photo: layer }
}

function lay(layer: FakeLayer, { angleDeg, x, y, width, height }: Place): void {
  layer.resize(width, height)
  layer.x = x
  layer.y = y
  layer.rotation = angleDeg
}

/** What the layers look like with another image in the picture's own fill. */
async function renderWithImage(
  photo: FakeShape,
  png: Uint8Array,
  layers: readonly FakeLayer[],
  region: Rect,
): Promise<Pixels> {
  const fills = photo.fills as readonly ImagePaint[]
  const imageHash = photo[inner].figma.createImage(png).hash
  photo.fills = fills.map((paint) => ({ ...paint, imageHash }))
  const rendered = await render(layers, region, 0.5)
  photo.fills = fills
  return rendered
}

/** null when the frame clips all of it away. */
async function openVisible(plugin: OpenPlugin, photo: FakeShape) {
  const bounds = photo.absoluteRenderBounds
  if (!bounds || bounds.width < 1 || bounds.height < 1) return null
  return plugin.request('openSource', { layerId: photo.id })
}

async function withPlugin(figma: FakeFigma, use: (plugin: OpenPlugin) => Promise<void>): Promise<void> {
  const plugin = await openPlugin({ figma })
  try {
    await use(plugin)
  } finally {
    plugin.close()
  }
}
