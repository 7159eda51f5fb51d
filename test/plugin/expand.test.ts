import type { ImagePaint, Paint } from '@figma/plugin-typings/plugin-api-standalone'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  canvasOf,
  type Expansion,
  type Ground,
  type Margins,
  type PlaceRequest,
  type Rect,
  type Source,
} from '../../plugin/messages.ts'
import {
  addPicture,
  encodePng,
  FakeFigma,
  type FakeFrame,
  type FakeNode,
  type FakeRectangle,
  fillRequest,
  group,
  imagePaint,
  instanceOf,
  noiseFill,
  noisePng,
  type Pixels,
  recipeFor,
  render,
  snapshotOf,
} from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

type Possible = Extract<Expansion, { state: 'possible' }>

let figma: FakeFigma
let plugin: OpenPlugin
beforeEach(async () => {
  figma = new FakeFigma()
  plugin = await openPlugin({ figma })
})
afterEach(() => plugin.close())

const open = (node: FakeNode): Promise<Source> => plugin.request('openSource', { layerId: node.id })
const layerOf = (id: string) => figma.getNodeByIdAsync(id) as Promise<FakeRectangle>

async function expansionOf(node: FakeNode): Promise<Possible> {
  const { expansion } = await open(node)
  if (expansion.state === 'impossible') throw new Error(expansion.message)
  return expansion
}

async function reasonAgainst(node: FakeNode): Promise<string> {
  const { expansion } = await open(node)
  return expansion.state === 'impossible' ? expansion.message : 'possible'
}

/** What the window asks for once the companion has filled the canvas. */
async function expandRequest(
  node: FakeNode,
  margins: Margins,
  change: Partial<PlaceRequest> & { readonly picture?: (canvas: Rect) => Pixels } = {},
): Promise<PlaceRequest> {
  const { picture, ...rest } = change
  const source = await open(node)
  const { placement, ...ground } = source.expansion as Possible
  const canvas = canvasOf(ground, margins)
  const png = picture ? await encodePng(picture(canvas)) : await noisePng(canvas.width, canvas.height, 9)
  const recipe = { ...recipeFor(source), task: 'expand', margins } as const
  return { ...fillRequest(source, png), placement, recipe, ...rest }
}

async function expand(
  node: FakeNode,
  margins: Margins,
  change: Parameters<typeof expandRequest>[2] = {},
): Promise<FakeRectangle> {
  const { fill } = await plugin.request('place', await expandRequest(node, margins, change))
  return layerOf(fill.layerId)
}

const some: Margins = { top: 4, right: 10, bottom: 0, left: 6 }

describe('an expanded picture', () => {
  test('goes on where the picture ends, pixel by pixel, however that is turned, cropped and nested', async () => {
    const length = fc.integer({ min: 8, max: 50 })
    const angle = fc.integer({ min: -180, max: 180 })
    const margin = fc.double({ min: 0, max: 12, noNaN: true })
    const share = fc.double({ min: 0.3, max: 1.4, noNaN: true })
    const shift = fc.double({ min: -0.3, max: 0.4, noNaN: true })
    const paint: fc.Arbitrary<Partial<ImagePaint>> = fc.oneof(
      fc.constant({ scaleMode: 'FILL' as const }),
      fc.constant({ scaleMode: 'FIT' as const }),
      fc.tuple(share, share, shift, shift).map(([width, height, x, y]) => ({
        scaleMode: 'CROP' as const,
        imageTransform: [
          [width, 0, x],
          [0, height, y],
        ] as [[number, number, number], [number, number, number]],
      })),
    )
    const scenes = fc.record({
      ...{ frameAngle: angle, angle, width: length, height: length, paint },
      margins: fc.record({ top: margin, right: margin, bottom: margin, left: margin }),
      isGrouped: fc.boolean(),
      isAutoLayout: fc.boolean(),
      isFinished: fc.boolean(),
    })
    let compared = 0
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const outer = figma.createFrame()
        outer.rotation = scene.frameAngle
        outer.clipsContent = false
        outer.fills = []
        const photo = figma.createRectangle()
        outer.appendChild(photo)
        photo.resize(scene.width, scene.height)
        photo.x = 7.3
        photo.rotation = scene.angle
        const { hash } = figma.createImage(await encodePng(grid({ x: 0, y: 0, width: 30, height: 20 })))
        photo.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: hash, ...scene.paint }]
        if (scene.isGrouped) group(figma, 'GROUP', [photo])
        if (scene.isAutoLayout) outer.layoutMode = 'HORIZONTAL'

        const ground = await expansionOf(photo)
        const placement = scene.isFinished ? 'finished' : 'patch'
        // What fast-check makes has no prototype, which no message has.
        const margins = { ...scene.margins }
        const layer = await expand(photo, margins, { placement, picture: grid })
        expect(layer.visible).toBe(true)
        expect(photo.visible).toBe(!scene.isFinished)
        if (scene.isAutoLayout && !scene.isGrouped) expect(layer.layoutPositioning).toBe('ABSOLUTE')
        compared += await expectGrid(layer, { ground, margins, photo })
        outer.remove()
      }),
      { numRuns: 40 },
    )
    // In one scene all points may lie on borders; not in all.
    expect(compared).toBeGreaterThan(1000)
  })

  test('is one layer, directly above its picture, which is not touched', async () => {
    const photo = await addPicture(figma)
    const above = await addPicture(figma)
    const before = snapshotOf(photo)
    const layer = await expand(photo, some)
    expect(figma.currentPage.children.map(({ id }) => id)).toEqual([photo.id, layer.id, above.id])
    expect(layer).toMatchObject({ name: 'Infill – expanded', x: -6, y: -4, width: 76, height: 44 })
    expect(snapshotOf(photo)).toEqual(before)
    expect(figma.currentPage.selection).toEqual([layer])
  })

  test('is one undo step', async () => {
    const photo = await addPicture(figma)
    photo.cornerRadius = 5
    await plugin.request('place', await noiseFill(await open(photo), 2))
    figma.commitUndo()
    const before = snapshotOf(figma.currentPage)
    await expand(photo, some)
    figma.triggerUndo()
    expect(snapshotOf(figma.currentPage)).toEqual(before)
  })

  test('keeps the picture’s filters', async () => {
    const photo = await addPicture(figma, { paint: { filters: { exposure: 0.4 } } })
    expect((await expand(photo, some)).fills).toMatchObject([
      { scaleMode: 'CROP', filters: { exposure: 0.4 } },
    ])
  })

  test('remembers its margins, and is opened again with them', async () => {
    const photo = await addPicture(figma)
    const layer = await expand(photo, some)
    const { source, recipe, replaces } = await plugin.request('editFill', { layerId: layer.id })
    expect([source.layer.id, recipe.task, recipe.margins, replaces]).toEqual([
      photo.id,
      'expand',
      some,
      layer.id,
    ])
    expect(source.fills).toMatchObject([{ layerId: layer.id, margins: some, placement: 'patch' }])
  })

  test('grows with other margins, as the same layer', async () => {
    const photo = await addPicture(figma)
    const first = await expand(photo, some)
    const second = await expand(photo, { ...some, left: 20 }, { replaces: first.id })
    expect(second.id).toBe(first.id)
    expect(second).toMatchObject({ x: -20, width: 90 })
  })

  test('stays with its copy of the picture when both are duplicated', async () => {
    const photo = await addPicture(figma)
    const layer = await expand(photo, some)
    const frame = figma.createFrame()
    frame.x = 300
    for (const original of [photo, layer]) {
      const copy = original.clone()
      frame.appendChild(copy)
    }
    const [copiedPhoto, copiedLayer] = frame.children
    const { source } = await plugin.request('editFill', { layerId: copiedLayer!.id })
    expect(source.layer.id).toBe(copiedPhoto!.id)
  })

  test('is refused when its picture was cropped otherwise meanwhile, and nothing is left', async () => {
    const photo = await addPicture(figma)
    const request = await expandRequest(photo, some)
    photo.resize(60, 30)
    const before = snapshotOf(figma.currentPage)
    await expect(plugin.request('place', request)).rejects.toThrow('source-changed: “Photo” has another size')
    expect(snapshotOf(figma.currentPage)).toEqual(before)
  })

  test('is stretched over its layer all the same when the person wants it', async () => {
    const photo = await addPicture(figma)
    const request = await expandRequest(photo, some, { anyway: true })
    photo.resize(60, 30)
    const { fill } = await plugin.request('place', request)
    expect(await layerOf(fill.layerId)).toMatchObject({ x: -6, y: -4, width: 76, height: 34 })
  })

  test('of a rendered layer that it hides is opened again with the picture of that layer', async () => {
    const frame = figma.createFrame()
    frame.resize(60, 40)
    frame.appendChild(await addPicture(figma))
    const before = await open(frame)
    const layer = await expand(frame, some, { placement: 'finished' })
    expect(frame.visible).toBe(false)
    const { source } = await plugin.request('editFill', { layerId: layer.id })
    expect(source.bytes).toEqual(before.bytes)
    expect(source.expansion).toMatchObject({ state: 'possible', box: { x: 0, y: 0 }, width: 60, height: 40 })
    const again = await expand(frame, { ...some, left: 9 }, { replaces: layer.id, placement: 'finished' })
    expect(again).toMatchObject({ id: layer.id, x: -9, width: 79 })
  })

  test('lies over a rendered layer, larger by its margins', async () => {
    const frame = figma.createFrame()
    frame.resize(60, 40)
    frame.x = 11
    frame.appendChild(await addPicture(figma))
    const { fill } = await plugin.request('place', await expandRequest(frame, some))
    const layer = await layerOf(fill.layerId)
    expect(layer.absoluteBoundingBox).toEqual({ x: 5, y: -4, width: 76, height: 44 })
    expect((await open(frame)).fills).toMatchObject([{ layerId: layer.id, margins: some }])
  })

  test('of a layer in an instance lies above the instance, where the layer is', async () => {
    const component = figma.createComponent()
    component.resize(100, 80)
    const photo = await addPicture(figma)
    component.appendChild(photo)
    photo.x = 20
    photo.y = 10
    const instance = instanceOf(component)
    instance.x = 400
    const layer = await expand(instance.children[0]!, some)
    expect(layer.parent).toBe(figma.currentPage)
    expect(layer.absoluteBoundingBox).toEqual({ x: 414, y: 6, width: 76, height: 44 })
  })
})

describe('a note', () => {
  test.each([
    ['clips what reaches beyond it', true, 10, true],
    ['clips, but holds all of it', true, 200, false],
    ['does not clip', false, 10, false],
  ])('on a frame that %s', async (_, clipsContent, right, isSaid) => {
    const frame = figma.createFrame()
    frame.name = 'Card'
    frame.resize(100, 80)
    frame.clipsContent = clipsContent
    const photo = await addPicture(figma)
    frame.appendChild(photo)
    photo.x = right === 10 ? 35 : 20
    photo.y = 20
    const { notes } = await plugin.request('place', await expandRequest(photo, some))
    const note = '“Card” clips its content, so not all of the expanded picture is seen.'
    expect(notes).toEqual(isSaid ? [note] : [])
  })
})

describe('margins to the frame', () => {
  test.each<[string, (frame: FakeFrame, photo: FakeRectangle) => void, Margins | null]>([
    ['are what is missing on each side', () => {}, { top: 10, right: 20, bottom: 30, left: 20 }],
    [
      'are none where the picture reaches beyond',
      (_, photo) => photo.resize(90, 40),
      { top: 10, right: 0, bottom: 30, left: 20 },
    ],
    [
      'count through a group',
      (_, photo) => void group(figma, 'GROUP', [photo]),
      { top: 10, right: 20, bottom: 30, left: 20 },
    ],
    [
      'are right in a turned frame',
      (frame) => Object.assign(frame, { rotation: 30 }),
      { top: 10, right: 20, bottom: 30, left: 20 },
    ],
    [
      'are not there for a picture that is turned in its frame',
      (_, photo) => Object.assign(photo, { rotation: 10 }),
      null,
    ],
    [
      'are not there where nothing is missing',
      (frame, photo) => {
        frame.resize(60, 40)
        Object.assign(photo, { x: 0, y: 0 })
      },
      null,
    ],
    ['are not there on the page', (_, photo) => figma.currentPage.appendChild(photo), null],
  ])('%s', async (_, change, expected) => {
    const frame = figma.createFrame()
    frame.resize(100, 80)
    const photo = await addPicture(figma)
    frame.appendChild(photo)
    photo.x = 20
    photo.y = 10
    change(frame, photo)
    const { toFrame } = await expansionOf(photo)
    expect(toFrame).toEqual(expected)
  })
})

describe('placed by itself is', () => {
  const black: Paint = { type: 'SOLID', color: { r: 0, g: 0, b: 0 } }
  test.each<[string, (photo: FakeRectangle) => void, 'patch' | 'finished']>([
    ['a patch over a plain picture', () => {}, 'patch'],
    [
      'a finished copy of a half-transparent one',
      (photo) => Object.assign(photo, { opacity: 0.5 }),
      'finished',
    ],
    [
      'a finished copy of one that blends',
      (photo) => Object.assign(photo, { blendMode: 'MULTIPLY' }),
      'finished',
    ],
    [
      'a finished copy of one with round corners',
      (photo) => Object.assign(photo, { cornerRadius: 4 }),
      'finished',
    ],
    [
      'a finished copy of one with one round corner',
      (photo) => Object.assign(photo, { topLeftRadius: 4 }),
      'finished',
    ],
    [
      'a finished copy of one with a border',
      (photo) => Object.assign(photo, { strokeAlign: 'OUTSIDE', strokes: [black] }),
      'finished',
    ],
    [
      'a finished copy of one with a shadow',
      (photo) =>
        Object.assign(photo, {
          effects: [{ type: 'BACKGROUND_BLUR', blurType: 'NORMAL', radius: 3, visible: true }],
        }),
      'finished',
    ],
    ['a finished copy of a mask', (photo) => Object.assign(photo, { isMask: true }), 'finished'],
  ])('%s', async (_, change, expected) => {
    const photo = await addPicture(figma)
    change(photo)
    expect((await expansionOf(photo)).placement).toBe(expected)
  })
})

describe('a finished copy with margins', () => {
  test('keeps corners, hides its picture and what lies on that, and brings both back when it goes', async () => {
    const photo = await addPicture(figma)
    photo.cornerRadius = 7
    const { fill: patch } = await plugin.request('place', await noiseFill(await open(photo), 2))
    const removal = await layerOf(patch.layerId)
    const before = snapshotOf(figma.currentPage)
    const layer = await expand(photo, some)
    expect(layer).toMatchObject({ topLeftRadius: 7, visible: true, width: 76 })
    expect([photo.visible, removal.visible]).toEqual([false, false])
    await plugin.request('removeFill', { layerId: layer.id })
    expect(snapshotOf(figma.currentPage)).toEqual(before)
  })

  test('leaves a picture hidden that has another finished copy', async () => {
    const photo = await addPicture(figma)
    photo.opacity = 0.5
    const { fill: copy } = await plugin.request('place', await noiseFill(await open(photo), 2))
    const layer = await expand(photo, some)
    const finished = await layerOf(copy.layerId)
    expect([photo.visible, finished.visible]).toEqual([false, false])
    await plugin.request('removeFill', { layerId: layer.id })
    expect([photo.visible, finished.visible]).toEqual([false, true])
  })

  test('is a picture of its own when it is selected, and can be filled like any other', async () => {
    const photo = await addPicture(figma)
    photo.cornerRadius = 7
    const layer = await expand(photo, some)
    figma.select(layer.id)
    const { selection } = await plugin.request('start', { preferred: 'en' })
    expect(selection).toMatchObject({ layers: [{ id: layer.id }] })
    const { fill } = await plugin.request('place', await noiseFill(await open(layer), 3))
    expect((await open(layer)).fills).toMatchObject([{ layerId: fill.layerId, margins: null }])
    expect((await open(photo)).fills).toMatchObject([{ layerId: layer.id }])
  })

  test('leaves a patch to stand for its picture', async () => {
    const photo = await addPicture(figma)
    const layer = await expand(photo, some)
    figma.select(layer.id)
    const { selection } = await plugin.request('start', { preferred: 'en' })
    expect(selection).toMatchObject({ layers: [{ id: photo.id }] })
  })
})

describe('why a layer cannot be expanded is said', () => {
  test.each<[string, () => Promise<FakeNode>, string]>([
    [
      'for a frame that has the picture itself',
      async () => {
        const frame = figma.createFrame()
        frame.fills = [await imagePaint(figma)]
        return frame
      },
      'is a frame that has the picture itself',
    ],
    [
      'for an ellipse',
      async () => {
        const ellipse = figma.createEllipse()
        ellipse.fills = [await imagePaint(figma)]
        return ellipse
      },
      'is not a rectangle',
    ],
    [
      'for tiles',
      () => addPicture(figma, { paint: { scaleMode: 'TILE', scalingFactor: 1 } }),
      'repeats its picture by itself',
    ],
    [
      'for a turned paint',
      () => addPicture(figma, { paint: { rotation: 90 } }),
      'is turned inside its layer',
    ],
    [
      'for a mirrored crop',
      () =>
        addPicture(figma, {
          paint: {
            scaleMode: 'CROP',
            imageTransform: [
              [-1, 0, 1],
              [0, 1, 0],
            ],
          },
        }),
      'is turned inside its layer',
    ],
    [
      'for a turned group',
      async () => {
        const frame = figma.createFrame()
        frame.appendChild(await addPicture(figma))
        frame.rotation = 20
        return frame
      },
      'is turned and drawn from several parts',
    ],
    [
      'for a half-transparent group',
      async () => {
        const frame = figma.createFrame()
        frame.appendChild(await addPicture(figma))
        frame.opacity = 0.5
        return frame
      },
      'is half-transparent and drawn from several parts',
    ],
  ])('%s', async (_, build, reason) => {
    expect(await reasonAgainst(await build())).toContain(reason)
  })
})

/** A picture whose pixels say where they are: (x, y) of the source's own pixels, off by 100. */
function grid({ x: left, y: top, width, height }: Rect): Pixels {
  const data = new Uint8Array(4 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([left + x + 100, top + y + 100, 7, 255], 4 * (y * width + x))
  }
  return { width, height, data }
}

/**
 * Each point of the page that the layer covers must show the pixel that the picture's own lattice has there.
 *
 * @returns how many points were compared
 */
async function expectGrid(
  layer: FakeRectangle,
  { ground, margins, photo }: { ground: Ground; margins: Margins; photo: FakeRectangle },
): Promise<number> {
  const region = layer.absoluteBoundingBox!
  const { width, height, data } = await render([layer], region)
  const [[a, c, e], [b, d, f]] = photo.absoluteTransform
  let compared = 0
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      // The inverse of a rotation is its transpose.
      const pageX = region.x + ((px + 0.5) * region.width) / width - e
      const pageY = region.y + ((py + 0.5) * region.height) / height - f
      const [x, y] = [a * pageX + b * pageY, c * pageX + d * pageY]
      const isCovered =
        x > -margins.left &&
        x < photo.width + margins.right &&
        y > -margins.top &&
        y < photo.height + margins.bottom
      const at = 4 * (py * width + px)
      if (!isCovered) continue
      const lattice = [
        ground.box.x + (x * ground.box.width) / ground.width + 100,
        ground.box.y + (y * ground.box.height) / ground.height + 100,
      ]
      // On the border between two pixels, rounding decides.
      if (lattice.some((value) => Math.abs(value - Math.round(value)) < 1e-3)) continue
      // A byte counts to 255 and begins again.
      const expected = lattice.map((value) => Math.floor(value) & 0xff)
      expect([data[at], data[at + 1]], `at ${px}, ${py}`).toEqual(expected)
      compared++
    }
  }
  return compared
}
