import { describe, expect, test } from 'vitest'
import {
  addPage,
  addPicture,
  componentSetOf,
  FakeClientStorage,
  FakeFigma,
  group,
  imagePaint,
  instanceOf,
  noisePng,
  render,
} from './fake-figma/index.ts'
import { openMembrane } from './sandbox/membrane.ts'

/** What a line of sandbox code comes to: its value as text, or its error. */
async function inSandbox(figma: FakeFigma, expression: string): Promise<string> {
  const membrane = await openMembrane(figma, () => {})
  membrane.run(`
    Promise.resolve().then(async () => String(${expression}))
      .catch((error) => 'throws ' + error.message)
      .then((outcome) => console.log(outcome))`)
  while (membrane.log.length === 0) await new Promise(setImmediate)
  membrane.close()
  return membrane.log[0]!.replace('log: ', '')
}

describe('the fake of Figma refuses what Figma refuses', () => {
  test.each([
    ["figma.getNodeById('1:2')", 'documentAccess: dynamic-page'],
    ['(figma.currentPage = figma.currentPage)', 'documentAccess: dynamic-page'],
    ["(await figma.getNodeByIdAsync('1:2')).reactions = []", 'documentAccess: dynamic-page'],
    ['figma.currentPage.children[0].hue', "no such property 'hue' on RECTANGLE node"],
    ['figma.currentPage.children[0].hue = 3', 'object is not extensible'],
    ['figma.currentPage.children[0].fills.push(1)', 'not extensible'],
    ["(() => { 'use strict'; figma.currentPage.children[0].fills[0].opacity = 0 })()", 'not extensible'],
    ['figma.currentPage.children[0].resize(0, 5)', 'at least 0.01'],
    ['figma.currentPage.children[0].relativeTransform = [[2, 0, 0], [0, 1, 0]]', 'axes of length 1'],
    ["figma.currentPage.children[0].layoutPositioning = 'ABSOLUTE'", 'no auto-layout'],
    ["figma.currentPage.children[0].setPluginData('a', 'b'.repeat(100000))", '100 kB'],
    ['figma.currentPage.children[0].setPluginData(Symbol(), 1)', 'Cannot unwrap symbol'],
    ['figma.createImage(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]))', 'Image type is unsupported'],
    ['figma.createSection().opacity', "no such property 'opacity' on SECTION node"],
  ])('%s', async (expression, message) => {
    const figma = new FakeFigma()
    await addPicture(figma)
    expect(await inSandbox(figma, expression)).toMatch(new RegExp(`^throws .*${message}`))
  })

  test('images of more than 4096 px, or of none', async () => {
    const figma = new FakeFigma()
    const empty = await noisePng(1, 1)
    new DataView(empty.buffer, empty.byteOffset).setUint32(16, 0)
    expect(() => figma.createImage(empty)).toThrow('Image is too small')
    expect(figma.createImage(await noisePng(4096, 1)).hash).toHaveLength(40)
    const tooLarge = await noisePng(1, 4097)
    expect(() => figma.createImage(tooLarge)).toThrow('Image is too large')
  })

  test('changes to what lies in an instance, and children of instances and sets', async () => {
    const figma = new FakeFigma()
    const component = figma.createComponent()
    component.appendChild(await addPicture(figma))
    const instance = instanceOf(component)
    const set = componentSetOf([component])
    const inside = instance.children[0]!
    const layer = figma.createRectangle()
    expect(() => instance.insertChild(0, layer)).toThrow('New parent is an instance')
    expect(() => set.insertChild(0, layer)).toThrow('components only')
    expect(() => inside.remove()).toThrow('inside of an instance')
    expect(() => figma.currentPage.appendChild(inside)).toThrow('inside of an instance')
    expect(() => Object.assign(inside, { x: 3 })).toThrow('inside of an instance')
  })

  test('layers that were removed, with all that was in them', async () => {
    const figma = new FakeFigma()
    const frame = figma.createFrame()
    const photo = await addPicture(figma)
    frame.appendChild(photo)
    frame.remove()
    expect(() => photo.name).toThrow('does not exist')
    expect(photo.removed).toBe(true)
    expect(await figma.getNodeByIdAsync(photo.id)).toBeNull()
  })

  test('pages that are not loaded', async () => {
    const page = addPage(new FakeFigma())
    expect(() => page.children).toThrow('not loaded')
    await page.loadAsync()
    expect(page.children).toEqual([])
  })

  test('more than 5 MB of client storage', async () => {
    const storage = new FakeClientStorage()
    await storage.setAsync('a', new Uint8Array(3_000_000))
    await storage.setAsync('a', new Uint8Array(4_000_000))
    await expect(storage.setAsync('b', new Uint8Array(1_500_000))).rejects.toThrow('quota')
  })

  test('exporting what cannot be seen', async () => {
    const photo = await addPicture(new FakeFigma())
    photo.visible = false
    await expect(photo.exportAsync()).rejects.toThrow('any visible layers')
  })
})

describe('the fake of Figma lays things out as Figma does', () => {
  test('a rotation turns counter-clockwise about the top left', async () => {
    const photo = await addPicture(new FakeFigma())
    photo.x = 10
    photo.y = 20
    photo.rotation = 90
    const [[m00, m01, x], [m10, m11, y]] = photo.relativeTransform
    expect([x, y]).toEqual([10, 20])
    for (const [actual, expected] of [
      [m00, 0],
      [m01, 1],
      [m10, -1],
      [m11, 0],
    ])
      expect(actual).toBeCloseTo(expected!, 12)
    const bounds = photo.absoluteBoundingBox!
    expect(bounds.y).toBeCloseTo(-40, 9)
    expect(bounds.height).toBeCloseTo(60, 9)
  })

  test('a layer in a group has the coordinates of what holds the group', async () => {
    const figma = new FakeFigma()
    const frame = figma.createFrame()
    frame.x = 100
    const photo = await addPicture(figma)
    frame.appendChild(photo)
    photo.x = 30
    const grouped = group(figma, 'GROUP', [photo])
    expect([grouped.x, photo.x, photo.absoluteTransform[0][2]]).toEqual([30, 30, 130])
  })

  test('auto-layout puts its children in a row and leaves those that are absolute', async () => {
    const figma = new FakeFigma()
    const frame = figma.createFrame()
    const layers = [await addPicture(figma), await addPicture(figma), await addPicture(figma)]
    for (const layer of layers) frame.appendChild(layer)
    frame.layoutMode = 'HORIZONTAL'
    expect(frame.width).toBe(180)
    layers[1]!.x = 7
    expect(layers[1]!.x).toBe(60)
    layers[1]!.layoutPositioning = 'ABSOLUTE'
    layers[1]!.x = 7
    expect([layers[1]!.x, layers[2]!.x, frame.width]).toEqual([7, 60, 120])
  })

  test('a frame that clips cuts what a layer shows', async () => {
    const figma = new FakeFigma()
    const frame = figma.createFrame()
    const photo = await addPicture(figma)
    frame.appendChild(photo)
    photo.x = 70
    expect(photo.absoluteRenderBounds).toEqual({ x: 70, y: 0, width: 60, height: 40 })
    frame.clipsContent = true
    expect(photo.absoluteRenderBounds).toEqual({ x: 70, y: 0, width: 30, height: 40 })
  })

  test('undoing goes back step by step', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma)
    figma.commitUndo()
    const copy = photo.clone()
    figma.commitUndo()
    copy.name = 'Copy'
    figma.triggerUndo()
    expect(copy.name).toBe('Photo')
    figma.triggerUndo()
    expect([copy.removed, figma.currentPage.children.length]).toEqual([true, 1])
  })
})

describe('the fake of Figma paints', () => {
  const red = { type: 'SOLID', color: { r: 1, g: 0, b: 0 } } as const
  const pixel = async (figma: FakeFigma, x: number, y: number) => {
    const { data } = await render(figma.currentPage.children, { x, y, width: 1, height: 1 })
    return [...data]
  }

  test('an image by its scale mode', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma, { widthPx: 30, heightPx: 30, paint: { scaleMode: 'FIT' } })
    expect((await pixel(figma, 5, 5))[3]).toBe(0)
    expect((await pixel(figma, 30, 5))[3]).toBe(255)
    photo.fills = [await imagePaint(figma, { widthPx: 30, heightPx: 30 })]
    expect((await pixel(figma, 5, 5))[3]).toBe(255)
  })

  test('tiles of an image again and again', async () => {
    const figma = new FakeFigma()
    await addPicture(figma, { widthPx: 7, heightPx: 5, paint: { scaleMode: 'TILE', scalingFactor: 1 } })
    expect(await pixel(figma, 3, 2)).toEqual(await pixel(figma, 10, 7))
    expect(await pixel(figma, 3, 2)).not.toEqual(await pixel(figma, 4, 2))
  })

  test('masks, clipping, corners and opacity', async () => {
    const figma = new FakeFigma()
    const [frame, mask, square] = [figma.createFrame(), figma.createEllipse(), figma.createRectangle()]
    mask.fills = [red]
    square.fills = [red]
    for (const child of [mask, square]) frame.appendChild(child)
    mask.isMask = true
    expect((await pixel(figma, 1, 1))[3]).toBe(0)
    expect(await pixel(figma, 50, 50)).toEqual([255, 0, 0, 255])
    mask.visible = false
    expect((await pixel(figma, 1, 1))[3]).toBe(255)
    square.cornerRadius = 20
    expect((await pixel(figma, 1, 1))[3]).toBe(0)
    frame.opacity = 0.5
    expect((await pixel(figma, 50, 50))[3]).toBe(128)
    frame.clipsContent = true
    square.x = 60
    expect((await pixel(figma, 110, 50))[3]).toBe(0)
  })
})
