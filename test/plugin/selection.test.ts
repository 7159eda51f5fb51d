import { afterEach, describe, expect, test } from 'vitest'
import type { SandboxMessage, Selection } from '../../plugin/messages.ts'
import {
  addPage,
  addPicture,
  FakeFigma,
  type FakeNode,
  group,
  identityFill,
  instanceOf,
} from '../support/fake-figma/index.ts'
import { type OpenPlugin, openPlugin } from '../support/sandbox.ts'

let plugin: OpenPlugin | undefined
afterEach(() => plugin?.close())

async function selectionOf(figma: FakeFigma, ...nodes: readonly FakeNode[]): Promise<Selection> {
  figma.select(...nodes.map(({ id }) => id))
  plugin = await openPlugin({ figma })
  return (await plugin.request('start', { preferred: 'en' })).selection
}

describe('what is selected', () => {
  test('a picture can be filled', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma)
    expect(await selectionOf(figma, photo)).toEqual({
      state: 'fillable',
      layers: [{ id: photo.id, name: 'Photo' }],
    })
  })

  test('a frame, a group and a layer inside an instance can be filled', async () => {
    const figma = new FakeFigma()
    const component = figma.createComponent()
    component.appendChild(await addPicture(figma))
    const inInstance = instanceOf(component).children[0]!
    expect(await selectionOf(figma, inInstance)).toMatchObject({ state: 'fillable' })
    plugin?.close()
    const grouped = group(figma, 'GROUP', [await addPicture(figma), await addPicture(figma)])
    expect(await selectionOf(figma, grouped)).toMatchObject({ state: 'fillable' })
    plugin?.close()
    const frame = figma.createFrame()
    frame.appendChild(await addPicture(figma))
    expect(await selectionOf(figma, frame)).toMatchObject({ state: 'fillable' })
  })

  const refusals: readonly [
    string,
    string,
    RegExp,
    (figma: FakeFigma) => readonly FakeNode[] | Promise<readonly FakeNode[]>,
  ][] = [
    ['nothing', 'nothing', /Nothing is selected\. Select the picture/, () => []],
    ['a text', 'text', /text layer/, (figma) => [figma.createText()]],
    [
      'a locked picture',
      'locked',
      /“Photo” is locked\. Unlock it/,
      async (figma) => {
        const photo = await addPicture(figma)
        photo.locked = true
        return [photo]
      },
    ],
    [
      'a picture in a locked frame',
      'locked',
      /“Photo” lies in “Hero”, which is locked/,
      async (figma) => {
        const [frame, photo] = [figma.createFrame(), await addPicture(figma)]
        frame.name = 'Hero'
        frame.appendChild(photo)
        frame.locked = true
        return [photo]
      },
    ],
    [
      'a hidden picture',
      'empty',
      /shows nothing/,
      async (figma) => {
        const photo = await addPicture(figma)
        photo.visible = false
        return [photo]
      },
    ],
    [
      'a picture in a hidden frame',
      'empty',
      /shows nothing/,
      async (figma) => {
        const [frame, photo] = [figma.createFrame(), await addPicture(figma)]
        frame.appendChild(photo)
        frame.visible = false
        return [photo]
      },
    ],
    [
      'a picture outside its frame',
      'empty',
      /outside its frame/,
      async (figma) => {
        const [frame, photo] = [figma.createFrame(), await addPicture(figma)]
        frame.clipsContent = true
        frame.appendChild(photo)
        photo.x = 400
        return [photo]
      },
    ],
    [
      'a frame with a hidden layer in it',
      'empty',
      /shows nothing/,
      async (figma) => {
        const [frame, photo] = [figma.createFrame(), await addPicture(figma)]
        frame.appendChild(photo)
        photo.visible = false
        return [frame]
      },
    ],
    [
      'an empty frame in a hidden one',
      'empty',
      /shows nothing/,
      (figma) => {
        const [outer, frame] = [figma.createFrame(), figma.createFrame()]
        outer.appendChild(frame)
        outer.visible = false
        return [frame]
      },
    ],
    [
      'a picture as large as a wall',
      'too-large',
      /too large .* inside it/,
      async (figma) => {
        const photo = await addPicture(figma)
        photo.resize(40_000, 100)
        return [photo]
      },
    ],
    ['a slice', 'unsupported', /“.*” is nothing that Infill can fill/, (figma) => [figma.createSlice()]],
    ['a section', 'unsupported', /“.*” is nothing that Infill can fill/, (figma) => [figma.createSection()]],
    [
      'a video',
      'unsupported',
      /plays a video/,
      (figma) => {
        const layer = figma.createRectangle()
        layer.fills = [{ type: 'VIDEO', scaleMode: 'FILL', videoHash: 'v' }]
        return [layer]
      },
    ],
  ]

  test.each(refusals)('%s: %s, in a sentence that says what to do', async (_, reason, message, build) => {
    const figma = new FakeFigma()
    const selection = await selectionOf(figma, ...(await build(figma)))
    expect(selection).toEqual({ state: 'not-fillable', reason, message: expect.stringMatching(message) })
  })

  test('no access in Dev Mode', async () => {
    const figma = new FakeFigma({ editorType: 'dev' })
    const selection = await selectionOf(figma, await addPicture(figma))
    expect(selection).toMatchObject({ state: 'not-fillable', reason: 'no-access' })
  })

  test('of several layers those that can be filled are told, in order', async () => {
    const figma = new FakeFigma()
    const [home, about] = [
      await addPicture(figma, { name: 'Home' }),
      await addPicture(figma, { name: 'About' }),
    ]
    expect(await selectionOf(figma, home, figma.createText(), about)).toEqual({
      state: 'fillable',
      layers: [
        { id: home.id, name: 'Home' },
        { id: about.id, name: 'About' },
      ],
    })
    expect(await selectionOf(figma, figma.createText(), figma.createSlice())).toMatchObject({
      reason: 'text',
    })
    // A shape beside a picture says where on it; alone it is what is meant.
    const shape = figma.createRectangle()
    shape.fills = [{ type: 'SOLID', color: { r: 0, g: 0, b: 1 } }]
    expect(await selectionOf(figma, shape, home)).toMatchObject({ layers: [{ id: home.id }] })
    expect(await selectionOf(figma, shape)).toMatchObject({ layers: [{ id: shape.id }] })
  })

  test('a fill stands for the layer it lies on, also together with it', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma)
    plugin = await openPlugin({ figma })
    const source = await plugin.request('openSource', { layerId: photo.id })
    const { fill } = await plugin.request('place', await identityFill(source))
    const selections: SandboxMessage[] = []
    plugin.onMessage((message) => selections.push(message))
    figma.select(photo.id, fill.layerId)
    await plugin.request('start', { preferred: 'en' })
    plugin.close()
    const fillable = { state: 'fillable', layers: [{ id: photo.id, name: 'Photo' }] }
    expect(selections).toContainEqual({ type: 'selection', selection: fillable })
    figma.select(fill.layerId)
    plugin = await openPlugin({ figma })
    expect((await plugin.request('start', { preferred: 'en' })).selection).toEqual(fillable)
  })

  test('a fill whose layer is gone is a picture like any other', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma)
    plugin = await openPlugin({ figma })
    const source = await plugin.request('openSource', { layerId: photo.id })
    const { fill } = await plugin.request('place', await identityFill(source))
    photo.remove()
    expect((await plugin.request('start', { preferred: 'en' })).selection).toMatchObject({
      state: 'fillable',
      layers: [{ id: fill.layerId }],
    })
  })
})

describe('while the window is open', () => {
  async function follow(figma: FakeFigma): Promise<Selection[]> {
    plugin = await openPlugin({ figma })
    const reported: Selection[] = []
    plugin.onMessage((message) => {
      if (message.type === 'selection') reported.push(message.selection)
    })
    return reported
  }

  test('the person’s selection is reported', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma)
    const reported = await follow(figma)
    figma.select(photo.id)
    figma.select()
    await plugin!.request('start', { preferred: 'en' })
    expect(reported[reported.length - 1]).toMatchObject({ state: 'not-fillable', reason: 'nothing' })
    figma.select(photo.id)
    await plugin!.request('start', { preferred: 'en' })
    expect(reported[reported.length - 1]).toMatchObject({ state: 'fillable' })
  })

  test('what the plugin selects itself is not', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma)
    figma.select(photo.id)
    const reported = await follow(figma)
    const source = await plugin!.request('openSource', { layerId: photo.id })
    const { fill } = await plugin!.request('place', await identityFill(source))
    await plugin!.request('reveal', { layerId: photo.id })
    await plugin!.request('reveal', { layerId: fill.layerId })
    expect(figma.currentPage.selection.map(({ id }) => id)).toEqual([fill.layerId])
    expect(reported).toEqual([])
  })

  test('only the last is reported when one takes longer to read than the next', async () => {
    const figma = new FakeFigma()
    const photo = await addPicture(figma)
    const reported = await follow(figma)
    const source = await plugin!.request('openSource', { layerId: photo.id })
    const { fill } = await plugin!.request('place', await identityFill(source))
    const elsewhere = figma.createFrame()
    elsewhere.appendChild((await figma.getNodeByIdAsync(fill.layerId))!)
    figma.select()
    await plugin!.request('start', { preferred: 'en' })
    reported.length = 0
    // Its layer lies elsewhere and has to be looked for.
    figma.select(fill.layerId)
    figma.select()
    await plugin!.request('start', { preferred: 'en' })
    expect(reported).toMatchObject([{ state: 'not-fillable', reason: 'nothing' }])
  })

  test('another page brings its own selection', async () => {
    const figma = new FakeFigma()
    figma.select((await addPicture(figma)).id)
    const reported = await follow(figma)
    await figma.setCurrentPageAsync(addPage(figma))
    await plugin!.request('start', { preferred: 'en' })
    expect(reported).toMatchObject([{ state: 'not-fillable', reason: 'nothing' }])
  })
})
