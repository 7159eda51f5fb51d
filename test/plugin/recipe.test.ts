import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EditableFill, PlaceRequest } from '../../plugin/messages.ts'
import {
  addPicture,
  append,
  copyOf,
  FakeFigma,
  type FakeFrame,
  type FakeNode,
  type FakeRectangle,
  imagePaint,
  instanceOf,
  noiseFill,
} from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

let figma: FakeFigma
let plugin: OpenPlugin
beforeEach(async () => {
  figma = new FakeFigma()
  plugin = await openPlugin({ figma })
})
afterEach(() => plugin.close())

const edit = (layerId: string): Promise<EditableFill> => plugin.request('editFill', { layerId })

async function fill(node: FakeNode, change: Partial<PlaceRequest> = {}): Promise<FakeRectangle> {
  const source = await plugin.request('openSource', { layerId: node.id })
  const { fill } = await plugin.request('place', { ...(await noiseFill(source, 2)), ...change })
  return (await figma.getNodeByIdAsync(fill.layerId)) as FakeRectangle
}

/** As Ctrl+D on a layer: a copy with all that is in it, beside it. */
function duplicate<Node extends FakeNode>(node: Node): Node {
  const copy = copyOf(node, () => figma.newId())
  append(node.parent!, copy)
  return copy
}

describe('a fill remembers how it was made', () => {
  test('and gives source, recipe and mask back', async () => {
    const photo = await addPicture(figma)
    const source = await plugin.request('openSource', { layerId: photo.id })
    const mask = new Uint8Array(randomBytes(1234))
    const request = { ...(await noiseFill(source, 2)), mask }
    const prompted = {
      ...request.recipe,
      task: 'fill' as const,
      prompt: 'a red vase',
      negativePrompt: 'roses',
    }
    const { fill: placed } = await plugin.request('place', { ...request, recipe: prompted })
    expect(placed.name).toBe('Infill – filled')
    const editable = await edit(placed.layerId)
    expect(editable).toMatchObject({ recipe: prompted, replaces: placed.layerId })
    expect(editable.source).toMatchObject({ layer: { id: photo.id }, hash: source.hash })
    expect(Buffer.from(editable.mask).equals(mask)).toBe(true)
  })

  test('in entries that Figma takes, whatever the size of the mask, and forgets those it no longer needs', async () => {
    const photo = await addPicture(figma)
    const [large, small] = [randomBytes(300_000), randomBytes(30)].map((bytes) => new Uint8Array(bytes))
    const layer = await fill(photo, { mask: large! })
    expect(Buffer.from((await edit(layer.id)).mask).equals(large!)).toBe(true)
    expect(layer.getPluginData('mask.4')).not.toBe('')
    await fill(photo, { mask: small!, replaces: layer.id })
    expect(Buffer.from((await edit(layer.id)).mask).equals(small!)).toBe(true)
    expect(layer.getPluginData('mask.1')).toBe('')
  })

  test('with what nothing was copied from, and forgets it where the next one copies from everywhere', async () => {
    const photo = await addPicture(figma)
    const avoid = new Uint8Array(randomBytes(200_000))
    const layer = await fill(photo, { avoid })
    expect(Buffer.from((await edit(layer.id)).avoid!).equals(avoid)).toBe(true)
    await fill(photo, { replaces: layer.id })
    expect((await edit(layer.id)).avoid).toBeNull()
    expect(['avoid', 'avoid.0', 'avoid.2'].map((key) => layer.getPluginData(key))).toEqual(['', '', ''])
  })

  test('and has the relaunch button', async () => {
    const layer = await fill(await addPicture(figma))
    expect(Object.keys(layer.getRelaunchData())).toEqual(['edit'])
  })

  test('a fill whose data is broken is a layer like any other', async () => {
    const photo = await addPicture(figma)
    const layer = await fill(photo)
    for (const broken of [
      '{',
      'null',
      '{"recipe":{}}',
      '[]',
      '{"sourceId":"1","placement":"patch","recipe":{"version":2}}',
    ]) {
      layer.setPluginData('recipe', broken)
      await expect(edit(layer.id)).rejects.toThrow('fill-gone')
    }
    expect((await plugin.request('lookAtSource', { layerId: photo.id })).fills).toEqual([])
  })

  test('a layer that Infill did not make, or none, has no fill to edit', async () => {
    await expect(edit((await addPicture(figma)).id)).rejects.toThrow('fill-gone')
    await expect(edit('1:999')).rejects.toThrow('fill-gone')
  })

  test('a fill whose layer is gone says so', async () => {
    const photo = await addPicture(figma)
    const layer = await fill(photo)
    photo.remove()
    await expect(edit(layer.id)).rejects.toThrow('source-gone')
  })
})

describe('in a copy of a screen', () => {
  test('a fill edits the picture of the copy', async () => {
    const screen = figma.createFrame()
    const photo = await addPicture(figma)
    screen.appendChild(photo)
    const layer = await fill(photo)
    const [copiedPhoto, copiedFill] = duplicate(screen).children as FakeRectangle[]
    expect((await edit(copiedFill!.id)).source.layer.id).toBe(copiedPhoto!.id)
    expect((await edit(layer.id)).source.layer.id).toBe(photo.id)
    const fillsOf = async (node: FakeNode) =>
      (await plugin.request('lookAtSource', { layerId: node.id })).fills.map(({ layerId }) => layerId)
    expect(await fillsOf(copiedPhoto!)).toEqual([copiedFill!.id])
    expect(await fillsOf(photo)).toEqual([layer.id])
  })

  test('a fill stays on the picture of the copy when that is exchanged', async () => {
    const screen = figma.createFrame()
    const photo = await addPicture(figma)
    screen.appendChild(photo)
    await fill(photo)
    const [copiedPhoto, copiedFill] = duplicate(screen).children as FakeRectangle[]
    copiedPhoto!.fills = [await imagePaint(figma, { seed: 8 })]
    expect((await edit(copiedFill!.id)).source.layer.id).toBe(copiedPhoto!.id)
    const { fills, hash } = await plugin.request('lookAtSource', { layerId: copiedPhoto!.id })
    expect(fills).toMatchObject([{ layerId: copiedFill!.id }])
    // Which the window takes for a reason to run it again.
    expect(fills[0]!.recipe.sourceHash).not.toBe(hash)
  })

  test('a picture as large as its frame, with a shade of the same size over it, finds its own fill', async () => {
    const screen = figma.createFrame()
    screen.resize(60, 40)
    const [photo, shade] = [await addPicture(figma), figma.createRectangle()]
    shade.resize(60, 40)
    shade.fills = [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 }, opacity: 0.3 }]
    for (const layer of [photo, shade]) screen.appendChild(layer)
    await fill(photo)
    const copy = duplicate(screen)
    const [copiedPhoto, copiedFill, copiedShade] = copy.children
    expect((await edit(copiedFill!.id)).source.layer.id).toBe(copiedPhoto!.id)
    for (const other of [copy, copiedShade!]) {
      expect((await plugin.request('lookAtSource', { layerId: other.id })).fills).toEqual([])
    }
  })

  test('a frame with the picture itself finds its own fill', async () => {
    const frame = figma.createFrame()
    frame.fills = [await imagePaint(figma)]
    await fill(frame)
    const copy = duplicate(frame)
    const [copiedFill] = copy.children
    expect((await edit(copiedFill!.id)).source.layer.id).toBe(copy.id)
    expect(await plugin.request('lookAtSource', { layerId: copy.id })).toMatchObject({
      fills: [{ layerId: copiedFill!.id }],
    })
  })

  test('an instance finds its own fill', async () => {
    const component = figma.createComponent()
    component.appendChild(await addPicture(figma))
    const screen = figma.createFrame()
    const instance = instanceOf(component)
    screen.appendChild(instance)
    await fill(instance.children[0]!)
    const copy = figma.createFrame()
    const copiedInstance = instanceOf(component)
    copy.appendChild(copiedInstance)
    const copiedFill = duplicate(screen.children[1]!)
    copy.appendChild(copiedFill)
    copy.x = 700
    expect((await edit(copiedFill.id)).source.layer.id).toBe(copiedInstance.children[0]!.id)
  })

  test('picture and fill copied beside themselves and moved away belong together', async () => {
    const photo = await addPicture(figma)
    const layer = await fill(photo)
    const [copiedPhoto, copiedFill] = [duplicate(photo), duplicate(layer)]
    copiedPhoto.x = 200
    copiedFill.x = 200
    expect((await edit(copiedFill.id)).source.layer.id).toBe(copiedPhoto.id)
    const { fills } = await plugin.request('lookAtSource', { layerId: photo.id })
    expect(fills.map(({ layerId }) => layerId)).toEqual([layer.id])
  })

  test('a picture copied in place has no fill of its own', async () => {
    const photo = await addPicture(figma)
    await fill(photo)
    const copy = duplicate(photo)
    expect((await plugin.request('lookAtSource', { layerId: copy.id })).fills).toEqual([])
  })

  test('a fill stays with its picture when that is moved away or shows another image', async () => {
    const [photo, other] = [await addPicture(figma), await addPicture(figma, { seed: 5 })]
    const layer = await fill(photo)
    photo.x = 300
    other.x = 0
    expect((await edit(layer.id)).source.layer.id).toBe(photo.id)
    photo.fills = [await imagePaint(figma, { seed: 8 })]
    expect((await edit(layer.id)).source.layer.id).toBe(photo.id)
  })

  test('a fill taken to another frame still knows its picture', async () => {
    const photo = await addPicture(figma)
    const layer = await fill(photo)
    const frame: FakeFrame = figma.createFrame()
    frame.appendChild(layer)
    expect((await edit(layer.id)).source.layer.id).toBe(photo.id)
  })
})
