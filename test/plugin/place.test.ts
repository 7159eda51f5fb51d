import type { ImagePaint } from '@figma/plugin-typings/plugin-api-standalone'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Margins, PlaceRequest, Source } from '../../plugin/messages.ts'
import {
  addPage,
  addPicture,
  componentSetOf,
  encodePng,
  FakeFigma,
  type FakeFrame,
  type FakeNode,
  type FakeRectangle,
  group,
  imagePaint,
  instanceOf,
  noise,
  noiseFill,
  noisePng,
  recipeFor,
  render,
  snapshotOf,
} from '../support/fake-figma/index.ts'
import type { FigmaCall } from '../support/sandbox/membrane.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

let figma: FakeFigma
let plugin: OpenPlugin
let calls: FigmaCall[]
let failAt: number | null
beforeEach(async () => {
  figma = new FakeFigma()
  calls = []
  failAt = null
  plugin = await openPlugin({
    figma,
    onCall: (call) => {
      // The answer to the window comes after the placement.
      if (call.name === 'postMessage') return
      calls.push(call)
      if (calls.length === failAt) throw new Error(`${call.name} failed`)
    },
  })
})
afterEach(() => plugin.close())

const open = (node: FakeNode): Promise<Source> => plugin.request('openSource', { layerId: node.id })
const layerOf = (id: string) => figma.getNodeByIdAsync(id) as Promise<FakeRectangle>

/** Opens a layer, places a fill on it, and gives the new layer. */
async function fill(node: FakeNode, change: Partial<PlaceRequest> = {}): Promise<FakeRectangle> {
  const { fill } = await plugin.request('place', { ...(await noiseFill(await open(node), 2)), ...change })
  return layerOf(fill.layerId)
}

/** What is placed when the picture of `addPicture`, two page units a pixel, is made larger. */
async function expanded(
  on: FakeNode,
  margins: Margins,
): Promise<Pick<PlaceRequest, 'placement' | 'png' | 'recipe'> & { on: FakeNode }> {
  const [width, height] = [
    30 + (margins.left + margins.right) / 2,
    20 + Math.ceil((margins.top + margins.bottom) / 2),
  ]
  const recipe = { ...recipeFor(await open(on)), task: 'expand', margins } as const
  return { on, placement: 'finished', png: await noisePng(width, height, 5), recipe }
}

function idsIn(parent: { readonly children: readonly FakeNode[] }): string[] {
  return parent.children.map(({ id }) => id)
}

describe('a new fill', () => {
  test('lies directly above its layer, named by its task, unlocked and selected', async () => {
    const [below, photo, above] = [await addPicture(figma), await addPicture(figma), await addPicture(figma)]
    const layer = await fill(photo)
    expect(idsIn(figma.currentPage)).toEqual([below.id, photo.id, layer.id, above.id])
    expect(layer).toMatchObject({ name: 'Infill – removed', locked: false, visible: true })
    expect(figma.currentPage.selection).toEqual([layer])
  })

  test('has the same paint as its layer, with another image', async () => {
    const filters = { exposure: 0.3 }
    const photo = await addPicture(figma, {
      paint: { scaleMode: 'TILE', scalingFactor: 0.4, rotation: 90, filters },
    })
    const layer = await fill(photo)
    const [paint] = photo.fills as readonly ImagePaint[]
    const { hash } = figma.createImage(await encodePng(noise(30, 20, 2)))
    expect(layer.fills).toEqual([{ ...paint, imageHash: hash }])
  })

  test('keeps corners and constraints, and loses what would lie over it twice', async () => {
    const photo = await addPicture(figma)
    photo.cornerRadius = 7
    photo.constraints = { horizontal: 'SCALE', vertical: 'MAX' }
    photo.strokeAlign = 'OUTSIDE'
    photo.strokes = [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 } }]
    photo.effects = [{ type: 'BACKGROUND_BLUR', blurType: 'NORMAL', radius: 3, visible: true }]
    photo.exportSettings = [{ format: 'PNG' }]
    await photo.setReactionsAsync([{ trigger: { type: 'ON_CLICK' }, actions: [{ type: 'BACK' }] }])
    expect(await fill(photo)).toMatchObject({
      topRightRadius: 7,
      constraints: { horizontal: 'SCALE', vertical: 'MAX' },
      strokes: [],
      effects: [],
      exportSettings: [],
      reactions: [],
      isMask: false,
    })
  })

  test('is one undo step', async () => {
    const photo = await addPicture(figma)
    const source = await open(photo)
    figma.commitUndo()
    photo.name = 'renamed before'
    const before = snapshotOf(figma.currentPage)
    await plugin.request('place', await noiseFill(source, 2))
    photo.name = 'renamed afterwards'
    figma.triggerUndo()
    expect(photo.name).toBe('renamed before')
    expect(figma.currentPage.children).toHaveLength(2)
    figma.triggerUndo()
    expect(snapshotOf(figma.currentPage)).toEqual(before)
  })

  test('writes nothing to the layer it was made for', async () => {
    const photo = await addPicture(figma)
    const before = snapshotOf(photo)
    await fill(photo)
    const harmless = ['clone', 'getPluginData', 'exportAsync']
    const touched = calls.filter(({ target, name }) => target === photo && !harmless.includes(name))
    expect(touched).toEqual([])
    expect(snapshotOf(photo)).toEqual(before)
  })

  test('a second one of its own lies above the first', async () => {
    const [photo, above] = [await addPicture(figma), await addPicture(figma)]
    const first = await fill(photo)
    const second = await fill(photo)
    expect(idsIn(figma.currentPage)).toEqual([photo.id, first.id, second.id, above.id])
    expect((await open(photo)).fills.map(({ layerId }) => layerId)).toEqual([first.id, second.id])
  })

  test('goes to where the layer is by then', async () => {
    const photo = await addPicture(figma)
    const source = await open(photo)
    const frame = figma.createFrame()
    frame.x = 500
    frame.appendChild(photo)
    photo.x = 11
    photo.rotation = 30
    photo.resize(70, 50)
    const { fill } = await plugin.request('place', await noiseFill(source, 2))
    const layer = await layerOf(fill.layerId)
    expect(layer.parent).toBe(frame)
    expect(layer.absoluteTransform).toEqual(photo.absoluteTransform)
    expect(layer).toMatchObject({ width: 70, height: 50 })
  })

  test('goes to the page of its layer although another is open', async () => {
    const [home, photo] = [figma.currentPage, await addPicture(figma)]
    const source = await open(photo)
    await figma.setCurrentPageAsync(addPage(figma))
    const { fill } = await plugin.request('place', await noiseFill(source, 2))
    expect(idsIn(home)).toEqual([photo.id, fill.layerId])
    expect(home.selection.map(({ id }) => id)).toEqual([fill.layerId])
    await plugin.request('reveal', { layerId: fill.layerId })
    expect(figma.currentPage).toBe(home)
  })
})

describe('a fill finds its place', () => {
  test('in auto-layout without moving anything', async () => {
    const frame = figma.createFrame()
    const [photo, next] = [await addPicture(figma), await addPicture(figma)]
    frame.appendChild(photo)
    frame.appendChild(next)
    frame.layoutMode = 'HORIZONTAL'
    const before = [frame.width, frame.height, next.x]
    const layer = await fill(photo)
    expect([frame.width, frame.height, next.x]).toEqual(before)
    expect(layer).toMatchObject({ layoutPositioning: 'ABSOLUTE', parent: frame, x: photo.x, y: photo.y })
  })

  test('in a group, by the coordinates of what holds the group', async () => {
    const frame = figma.createFrame()
    const photo = await addPicture(figma)
    frame.appendChild(photo)
    photo.x = 13
    const grouped = group(figma, 'GROUP', [photo])
    const layer = await fill(photo)
    expect(idsIn(grouped)).toEqual([photo.id, layer.id])
    expect(layer.absoluteTransform).toEqual(photo.absoluteTransform)
  })

  test('above a masked picture, inside its mask', async () => {
    const [mask, photo] = [figma.createEllipse(), await addPicture(figma)]
    const grouped = group(figma, 'GROUP', [mask, photo])
    mask.isMask = true
    const layer = await fill(photo)
    expect(idsIn(grouped)).toEqual([mask.id, photo.id, layer.id])
  })

  test('in a section', async () => {
    const [section, photo] = [figma.createSection(), await addPicture(figma)]
    section.x = 300
    section.appendChild(photo)
    const layer = await fill(photo)
    expect(idsIn(section)).toEqual([photo.id, layer.id])
    expect(layer.absoluteTransform).toEqual(photo.absoluteTransform)
  })

  test('as the lowest child of a frame that has the picture itself', async () => {
    const frame = figma.createFrame()
    frame.fills = [await imagePaint(figma)]
    const corners = { topLeftRadius: 9, topRightRadius: 7, bottomRightRadius: 5, bottomLeftRadius: 3 }
    Object.assign(frame, corners)
    const text = figma.createText()
    frame.appendChild(text)
    frame.layoutMode = 'VERTICAL'
    frame.rotation = 20
    const size = [frame.width, frame.height]
    const first = await fill(frame)
    const second = await fill(frame)
    expect(idsIn(frame)).toEqual([first.id, second.id, text.id])
    expect([frame.width, frame.height]).toEqual(size)
    expect(first).toMatchObject({
      type: 'RECTANGLE',
      layoutPositioning: 'ABSOLUTE',
      ...corners,
      width: frame.width,
      height: frame.height,
      constraints: { horizontal: 'STRETCH', vertical: 'STRETCH' },
    })
    expect(first.absoluteTransform).toEqual(frame.absoluteTransform)
    expect((await open(frame)).fills.map(({ layerId }) => layerId)).toEqual([first.id, second.id])
  })

  test('above the outermost instance', async () => {
    const [card, list] = [figma.createComponent(), figma.createComponent()]
    const photo = await addPicture(figma)
    photo.x = 21
    card.appendChild(photo)
    list.appendChild(instanceOf(card))
    const outer = instanceOf(list)
    outer.x = 300
    outer.rotation = 45
    const above = figma.createFrame()
    const inside = (outer.children[0] as FakeFrame).children[0] as FakeRectangle
    const layer = await fill(inside)
    expect(idsIn(figma.currentPage).slice(-3)).toEqual([outer.id, layer.id, above.id])
    for (const [row, values] of layer.absoluteTransform.entries()) {
      for (const [column, value] of values.entries()) {
        expect(value).toBeCloseTo(inside.absoluteTransform[row]![column]!, 9)
      }
    }
    expect((await open(inside)).fills.map(({ layerId }) => layerId)).toEqual([layer.id])
  })

  test('above the instance as rendered, where the instance cuts the picture', async () => {
    const component = figma.createComponent()
    component.clipsContent = true
    const photo = await addPicture(figma)
    photo.x = 70
    component.appendChild(photo)
    const inside = instanceOf(component).children[0] as FakeRectangle
    expect((await open(inside)).kind).toBe('render')
    expect(await fill(inside)).toMatchObject({ x: 70, y: 0, width: 30, height: 40 })
  })

  test('above the set of a variant', async () => {
    const variant = figma.createComponent()
    variant.appendChild(await addPicture(figma))
    const set = componentSetOf([variant])
    const layer = await fill(variant)
    expect(idsIn(figma.currentPage)).toEqual([set.id, layer.id])
  })

  test('above a boolean operation', async () => {
    const united = group(figma, 'BOOLEAN_OPERATION', [await addPicture(figma)])
    const layer = await fill(united.children[0]!)
    expect(idsIn(figma.currentPage)).toEqual([united.id, layer.id])
  })

  test('over a rendered layer, stretched to it exactly', async () => {
    const outer = figma.createFrame()
    outer.rotation = 30
    const inner = figma.createFrame()
    inner.resize(33.3, 21.7)
    inner.appendChild(await addPicture(figma))
    outer.appendChild(inner)
    const layer = await fill(inner)
    expect(layer.fills).toMatchObject([
      {
        scaleMode: 'CROP',
        imageTransform: [
          [1, 0, 0],
          [0, 1, 0],
        ],
      },
    ])
    const [bounds, shown] = [layer.absoluteBoundingBox!, inner.absoluteRenderBounds!]
    for (const side of ['x', 'y', 'width', 'height'] as const)
      expect(bounds[side]).toBeCloseTo(shown[side], 6)
  })
})

describe('a fill that replaces another', () => {
  test('is the same layer with another image, in one undo step', async () => {
    const photo = await addPicture(figma)
    const first = await fill(photo)
    const before = snapshotOf(figma.currentPage)
    const request = {
      ...(await noiseFill(await open(photo), 3)),
      replaces: first.id,
      mask: new Uint8Array(200_000),
    }
    const { fill: second } = await plugin.request('place', request)
    expect(second.layerId).toBe(first.id)
    expect(figma.currentPage.children).toHaveLength(2)
    const { png } = await plugin.request('openFill', { layerId: first.id })
    expect(Buffer.from(png).equals(request.png)).toBe(true)
    figma.triggerUndo()
    expect(snapshotOf(figma.currentPage)).toEqual(before)
  })

  test('follows its layer to where that is now', async () => {
    const photo = await addPicture(figma)
    const first = await fill(photo)
    photo.x = 90
    photo.resize(80, 60)
    await fill(photo, { replaces: first.id })
    expect(first).toMatchObject({ x: 90, width: 80, height: 60 })
  })

  test('of another kind takes its place', async () => {
    const photo = await addPicture(figma)
    const patch = await fill(photo)
    const finished = await fill(photo, { replaces: patch.id, placement: 'finished' })
    expect(idsIn(figma.currentPage)).toEqual([photo.id, finished.id])
    expect(photo.visible).toBe(false)
  })

  test('as a patch, of a finished copy, shows the original again', async () => {
    const photo = await addPicture(figma)
    const finished = await fill(photo, { placement: 'finished' })
    const patch = await fill(photo, { replaces: finished.id, placement: 'patch' })
    expect(idsIn(figma.currentPage)).toEqual([photo.id, patch.id])
    expect([photo.visible, patch.visible]).toEqual([true, true])
  })

  test('is a new layer when the other is gone', async () => {
    const photo = await addPicture(figma)
    const first = await fill(photo)
    first.remove()
    const second = await fill(photo, { replaces: first.id })
    expect(idsIn(figma.currentPage)).toEqual([photo.id, second.id])
  })
})

describe('a finished copy', () => {
  test('has all that its layer has, and hides it, in one undo step', async () => {
    const photo = await addPicture(figma)
    Object.assign(photo, { opacity: 0.5, blendMode: 'MULTIPLY', isMask: true })
    figma.commitUndo()
    const before = snapshotOf(figma.currentPage)
    const layer = await fill(photo)
    expect(layer).toMatchObject({ opacity: 0.5, blendMode: 'MULTIPLY', isMask: true, visible: true })
    expect(photo.visible).toBe(false)
    figma.triggerUndo()
    expect(snapshotOf(figma.currentPage)).toEqual(before)
  })

  test('writes only the visibility of its layer', async () => {
    const photo = await addPicture(figma)
    await fill(photo, { placement: 'finished' })
    expect(calls.filter(({ target, kind }) => target === photo && kind === 'set')).toMatchObject([
      { name: 'visible' },
    ])
  })

  test('keeps its layer bound: the next fill swaps the image of the copy', async () => {
    const photo = await addPicture(figma)
    const first = await fill(photo, { placement: 'finished' })
    const source = await open(photo)
    expect(source).toMatchObject({ kind: 'image', placement: 'finished', fills: [{ layerId: first.id }] })
    expect((await plugin.request('start', { preferred: 'en' })).selection).toMatchObject({
      layers: [{ id: photo.id }],
    })
    const second = await fill(photo, { placement: 'finished', replaces: first.id })
    expect(second).toBe(first)
    expect([photo.visible, first.visible]).toEqual([false, true])
  })

  test('of a rendered layer looks as it should, and still has the original’s picture', async () => {
    const frame = figma.createFrame()
    frame.appendChild(await addPicture(figma))
    frame.opacity = 0.5
    const before = await open(frame)
    const request = { ...(await noiseFill(before, 2)), placement: 'finished' as const }
    const { fill: placed } = await plugin.request('place', request)
    const layer = await layerOf(placed.layerId)
    expect(layer).toMatchObject({ opacity: 1, width: 100, height: 100 })
    const shown = await render(figma.currentPage.children, { x: 0, y: 0, width: 100, height: 100 }, 2)
    expect(Buffer.from(shown.data).equals(noise(200, 200, 2).data)).toBe(true)
    const after = await open(frame)
    expect(after.hash).toBe(before.hash)
    expect(Buffer.from(after.bytes).equals(before.bytes)).toBe(true)
    const again = await fill(frame, { placement: 'finished', replaces: layer.id })
    expect(again.id).toBe(layer.id)
    expect((await open(frame)).hash).toBe(before.hash)
  })

  test('of a frame that has the picture itself lies in the frame, which stays in view', async () => {
    const frame = figma.createFrame()
    frame.fills = [await imagePaint(figma)]
    const layer = await fill(frame, { placement: 'finished' })
    expect(layer.parent).toBe(frame)
    expect(frame.visible).toBe(true)
  })

  test('taken away brings the original back, in one undo step', async () => {
    const photo = await addPicture(figma)
    const layer = await fill(photo, { placement: 'finished' })
    const before = snapshotOf(figma.currentPage)
    await plugin.request('removeFill', { layerId: layer.id })
    expect(idsIn(figma.currentPage)).toEqual([photo.id])
    expect(photo.visible).toBe(true)
    figma.triggerUndo()
    expect(snapshotOf(figma.currentPage)).toEqual(before)
  })
})

describe('taking a fill away', () => {
  test('removes its layer only, and does nothing the second time', async () => {
    const photo = await addPicture(figma)
    const layer = await fill(photo)
    await plugin.request('removeFill', { layerId: layer.id })
    await plugin.request('removeFill', { layerId: layer.id })
    expect(idsIn(figma.currentPage)).toEqual([photo.id])
  })

  test('never removes a layer that Infill did not make', async () => {
    const photo = await addPicture(figma)
    await plugin.request('removeFill', { layerId: photo.id })
    expect(idsIn(figma.currentPage)).toEqual([photo.id])
  })
})

describe('a source that is no longer what it was', () => {
  test('with another picture is told apart, and filled anyway only when asked', async () => {
    const photo = await addPicture(figma)
    const request = await noiseFill(await open(photo), 2)
    photo.fills = [await imagePaint(figma, { seed: 9 })]
    await expect(plugin.request('place', request)).rejects.toThrow(
      'source-changed: “Photo” shows another picture',
    )
    expect(idsIn(figma.currentPage)).toEqual([photo.id])
    const { fill: placed } = await plugin.request('place', { ...request, anyway: true })
    expect(idsIn(figma.currentPage)).toEqual([photo.id, placed.layerId])
  })

  test('with a picture of another size, filled anyway, has the fill stretched over it', async () => {
    const photo = await addPicture(figma)
    photo.rotation = 10
    const request = await noiseFill(await open(photo), 2)
    photo.fills = [await imagePaint(figma, { widthPx: 50, heightPx: 10 })]
    const { fill: placed } = await plugin.request('place', { ...request, anyway: true })
    const layer = await layerOf(placed.layerId)
    expect(layer.fills).toMatchObject([{ scaleMode: 'CROP' }])
    expect(layer).toMatchObject({ width: 60, height: 40, rotation: photo.rotation })
  })

  test.each<[string, (photo: FakeRectangle) => void]>([
    ['deleted', (photo) => photo.remove()],
    ['hidden', (photo) => Object.assign(photo, { visible: false })],
  ])('%s is told, and the fill goes to the middle of the view when asked', async (_, change) => {
    const photo = await addPicture(figma)
    const request = await noiseFill(await open(photo), 2)
    change(photo)
    await expect(plugin.request('place', request)).rejects.toThrow('source-gone')
    figma.viewport.center = { x: 1000, y: 2000 }
    const { fill: placed, notes } = await plugin.request('place', { ...request, anyway: true })
    expect(await layerOf(placed.layerId)).toMatchObject({
      x: 985,
      y: 1990,
      width: 30,
      height: 20,
      parent: figma.currentPage,
    })
    expect(notes).toEqual([expect.stringContaining('middle of the view')])
  })
})

describe('a placement that cannot be', () => {
  test('because the fill is too large for Figma says so', async () => {
    const photo = await addPicture(figma)
    const source = await open(photo)
    const png = await encodePng(noise(4097, 2))
    const request = { ...(await noiseFill(source, 2)), png }
    await expect(plugin.request('place', request)).rejects.toThrow('picture-too-large')
    expect(idsIn(figma.currentPage)).toEqual([photo.id])
  })

  test('because the file is read-only says so', async () => {
    const photo = await addPicture(figma)
    const request = await noiseFill(await open(photo), 2)
    plugin.close()
    plugin = await openPlugin({
      figma,
      onCall: ({ name }) => {
        if (name === 'clone') throw new Error('Cannot edit a read-only document')
      },
    })
    await expect(plugin.request('place', request)).rejects.toThrow('read-only: This file can be looked at')
  })

  const scenes: readonly [string, () => Promise<Partial<PlaceRequest> & { on: FakeNode }>][] = [
    ['a patch', async () => ({ on: await addPicture(figma) })],
    ['a finished copy', async () => ({ on: await addPicture(figma), placement: 'finished' })],
    [
      'a patch in an auto-layout frame with the picture',
      async () => {
        const frame = figma.createFrame()
        frame.fills = [await imagePaint(figma)]
        frame.layoutMode = 'VERTICAL'
        return { on: frame }
      },
    ],
    [
      'a finished copy of a rendered layer',
      async () => {
        const frame = figma.createFrame()
        frame.appendChild(await addPicture(figma))
        return { on: frame, placement: 'finished' }
      },
    ],
    [
      'a picture with margins, finished over an earlier fill,',
      async () => {
        const photo = await addPicture(figma)
        await fill(photo)
        return expanded(photo, { top: 2, right: 8, bottom: 0, left: 4 })
      },
    ],
    [
      'one that takes the place of another with less margins',
      async () => {
        const photo = await addPicture(figma)
        const { on, ...change } = await expanded(photo, { top: 2, right: 8, bottom: 0, left: 4 })
        const first = await fill(on, change)
        return { ...(await expanded(photo, { top: 9, right: 8, bottom: 0, left: 4 })), replaces: first.id }
      },
    ],
    [
      'a patch that replaces one on a layer that moved',
      async () => {
        const photo = await addPicture(figma)
        const first = await fill(photo)
        photo.x = 50
        const masks = { mask: new Uint8Array(200_000), avoid: new Uint8Array(100_000) }
        return { on: photo, replaces: first.id, ...masks }
      },
    ],
  ]

  test.each(scenes)('leaves %s undone, whichever call to Figma fails', async (_, build) => {
    const { on, ...change } = await build()
    const request = { ...(await noiseFill(await open(on), 4)), ...change }
    figma.select(on.id)
    const before = snapshotOf(figma.currentPage)
    const selectedBefore = idsIn({ children: figma.currentPage.selection })
    let failures = 0
    for (;;) {
      calls.length = 0
      failAt = failures + 1
      const outcome = await plugin.request('place', request).then(
        () => 'placed',
        (error: Error) => error.message,
      )
      failAt = null
      if (outcome === 'placed') break
      expect(outcome).toContain('internal: Something went wrong inside Infill')
      expect(snapshotOf(figma.currentPage), outcome).toEqual(before)
      expect(idsIn({ children: figma.currentPage.selection }), outcome).toEqual(selectedBefore)
      failures++
    }
    // At the least: image, undo step, layer, place in the tree, fills, name, three entries of data, selection.
    expect(failures).toBeGreaterThan(10)
    expect(plugin.log.length).toBeGreaterThanOrEqual(failures - 1)
  })
})
