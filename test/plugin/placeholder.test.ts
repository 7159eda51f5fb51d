import type { ImagePaint } from '@figma/plugin-typings/plugin-api-standalone'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlaceRequest, Source } from '../../plugin/messages.ts'
import {
  addPicture,
  decode,
  encodePng,
  FakeFigma,
  type FakeFrame,
  type FakeNode,
  type FakeRectangle,
  fillRequest,
  instanceOf,
  noise,
  render,
} from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

let figma: FakeFigma
let plugin: OpenPlugin
beforeEach(async () => {
  figma = new FakeFigma()
  plugin = await openPlugin({ figma })
})
afterEach(() => plugin.close())

const grey = { type: 'SOLID', color: { r: 0.8, g: 0.8, b: 0.8 } } as const
const open = (node: FakeNode): Promise<Source> => plugin.request('openSource', { layerId: node.id })
const layerOf = (id: string) => figma.getNodeByIdAsync(id) as Promise<FakeRectangle>

/** A card of 100 × 80 at (10, 20) on the page, with a photo on the left and a grey box of 30 × 40 on the right. */
async function card(): Promise<{ frame: FakeFrame; box: FakeRectangle }> {
  const frame = figma.createFrame()
  frame.resize(100, 80)
  Object.assign(frame, { x: 10, y: 20 })
  frame.appendChild(await addPicture(figma))
  const box = figma.createRectangle()
  box.resize(30, 40)
  box.fills = [grey]
  frame.appendChild(box)
  Object.assign(box, { x: 60, y: 25, name: 'Cover' })
  return { frame, box }
}

async function request(source: Source, change: Partial<PlaceRequest> = {}): Promise<PlaceRequest> {
  const png = await encodePng(noise(source.widthPx, source.heightPx, 5))
  return { ...fillRequest(source, png), ...change }
}

describe('a box in plain colours', () => {
  test('comes with the frame around it, and what it covers of that', async () => {
    const { frame, box } = await card()
    const source = await open(box)

    expect(source).toMatchObject({ kind: 'surroundings', widthPx: 200, heightPx: 160, placement: 'patch' })
    expect(source.shape).toEqual(
      [
        [120, 50],
        [180, 50],
        [180, 130],
        [120, 130],
      ].map(([x, y]) => ({ x: expect.closeTo(x!, 6), y: expect.closeTo(y!, 6) })),
    )
    const shown = await render([frame], frame.absoluteBoundingBox!, 2)
    expect([...(await decode(source.bytes)).data]).toEqual([...shown.data])
  })

  test('of any shape, turned or not, shows its own part of the fill and nothing else', async () => {
    const { box, frame } = await card()
    box.remove()
    const ellipse = figma.createEllipse()
    ellipse.resize(30, 20)
    ellipse.fills = [grey]
    frame.appendChild(ellipse)
    Object.assign(ellipse, { x: 55, y: 50, rotation: 30 })
    const source = await open(ellipse)
    const { fill } = await plugin.request('place', await request(source))
    const layer = await layerOf(fill.layerId)

    expect(layer).toMatchObject({ type: 'ELLIPSE', width: 30, height: 20 })
    // At its middle it shows the pixel of the fill that lies there on the page.
    const [from, , to] = source.shape!
    const at = { x: Math.floor((from!.x + to!.x) / 2), y: Math.floor((from!.y + to!.y) / 2) }
    const sent = noise(source.widthPx, source.heightPx, 5)
    const pixel = sent.data.slice(4 * (at.y * sent.width + at.x), 4 * (at.y * sent.width + at.x) + 4)
    const { data } = await render([layer], { x: 10 + at.x / 2, y: 20 + at.y / 2, width: 0.5, height: 0.5 }, 2)
    expect([...data]).toEqual([...pixel])
  })

  test('on the page itself comes with what lies beneath it', async () => {
    const photo = await addPicture(figma)
    const box = figma.createRectangle()
    box.resize(20, 10)
    box.fills = []
    Object.assign(box, { x: 5, y: 8 })
    const source = await open(box)

    expect(source).toMatchObject({ kind: 'surroundings', widthPx: 40, heightPx: 20 })
    const beneath = await render([photo], { x: 5, y: 8, width: 20, height: 10 }, 2)
    expect([...(await decode(source.bytes)).data]).toEqual([...beneath.data])
  })

  test('takes the next frame where the first is as large as it is, or cuts it', async () => {
    const { frame, box } = await card()
    const tight = figma.createFrame()
    tight.resize(30, 40)
    frame.appendChild(tight)
    tight.appendChild(box)
    Object.assign(box, { x: 0, y: 0 })
    expect(await open(box)).toMatchObject({ widthPx: 200, heightPx: 160 })
    box.x = 4
    expect(await open(box)).toMatchObject({ widthPx: 200, heightPx: 160 })
  })

  test('is still itself once its fill lies on it, and when something beside it changes', async () => {
    const { frame, box } = await card()
    const source = await open(box)
    const { fill } = await plugin.request('place', await request(source))
    frame.children[0]!.name = 'Other'
    const photo = frame.children[0] as FakeRectangle
    photo.visible = false
    const again = await plugin.request('lookAtSource', { layerId: box.id })

    expect(again.hash).toBe(source.hash)
    expect(again.fills).toMatchObject([{ layerId: fill.layerId }])
    figma.select(fill.layerId)
    const { selection } = await plugin.request('start', { preferred: 'en' })
    expect(selection).toMatchObject({ layers: [{ id: box.id, name: 'Cover' }] })
  })

  test('is another once it was moved in its frame, and its fill is refused', async () => {
    const { box } = await card()
    const source = await open(box)
    box.x = 50
    expect((await open(box)).hash).not.toBe(source.hash)
    await expect(plugin.request('place', await request(source))).rejects.toThrow('source-changed')
  })

  test('with a border is replaced by a finished copy that has one', async () => {
    const { box } = await card()
    box.strokes = [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 } }]
    const source = await open(box)
    expect(source.placement).toBe('finished')
    const { fill } = await plugin.request('place', await request(source))
    expect(box.visible).toBe(false)
    expect((await layerOf(fill.layerId)).strokes).toHaveLength(1)
  })

  test('in an instance is filled above that', async () => {
    const component = figma.createComponent()
    const box = figma.createRectangle()
    box.resize(30, 40)
    box.fills = [grey]
    component.resize(60, 70)
    component.appendChild(box)
    const instance = instanceOf(component)
    const source = await open(instance.children[0]!)
    expect(source).toMatchObject({ kind: 'surroundings', widthPx: 120, heightPx: 140 })
    const { fill } = await plugin.request('place', await request(source))
    expect(figma.currentPage.children.map(({ id }) => id)).toContain(fill.layerId)
  })

  test('cannot be expanded', async () => {
    const { box } = await card()
    expect((await open(box)).expansion).toMatchObject({
      state: 'impossible',
      message: expect.stringContaining('“Cover” has no picture of its own'),
    })
  })
})

describe('an empty frame', () => {
  async function emptyFrame(): Promise<FakeFrame> {
    const { frame } = await card()
    const empty = figma.createFrame()
    empty.resize(20, 30)
    empty.cornerRadius = 6
    empty.fills = []
    frame.appendChild(empty)
    Object.assign(empty, { x: 70, y: 5, name: 'Hero' })
    return empty
  }

  test('can be filled', async () => {
    const empty = await emptyFrame()
    figma.select(empty.id)
    expect((await plugin.request('start', { preferred: 'en' })).selection).toMatchObject({
      state: 'fillable',
    })
    expect(await open(empty)).toMatchObject({ kind: 'surroundings', widthPx: 200, heightPx: 160 })
  })

  test('holds its fill, of its size and with its corners, and stays one that can be filled', async () => {
    const empty = await emptyFrame()
    const source = await open(empty)
    const { fill } = await plugin.request('place', await request(source))
    const layer = await layerOf(fill.layerId)

    expect(empty.children.map(({ id }) => id)).toEqual([layer.id])
    expect(layer).toMatchObject({ x: 0, y: 0, width: 20, height: 30, topLeftRadius: 6 })
    const [paint] = layer.fills as readonly ImagePaint[]
    expect(paint).toMatchObject({ scaleMode: 'CROP' })
    const again = await open(empty)
    expect(again).toMatchObject({ kind: 'surroundings', hash: source.hash })
    expect(again.fills).toMatchObject([{ layerId: layer.id }])
  })

  test('with something in it is a picture like any other', async () => {
    const { frame } = await card()
    expect(await open(frame)).toMatchObject({ kind: 'render', shape: null })
  })
})
