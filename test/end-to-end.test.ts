import type { ImagePaint } from '@figma/plugin-typings/plugin-api-standalone'
import { afterEach, expect, test } from 'vitest'
import { engines } from '../companion/engines/index.ts'
import type { Image } from '../companion/image/image.ts'
import { expectSameImage, expectSamePixelsWhere } from './support/assert-image.ts'
import { describeInBrowser } from './support/chromium.ts'
import { startTestCompanion } from './support/companion.ts'
import { pngOf } from './support/encoded.ts'
import {
  copyOf,
  FakeFigma,
  type FakeFrame,
  type FakeNode,
  type FakeRectangle,
  render,
  window,
} from './support/fake-figma/index.ts'
import { paintOverRed, patience } from './support/painting.ts'
import { type OpenPlugin, openPlugin, type PluginOptions } from './support/sandbox.ts'
import { createScene, findRed } from './support/scene.ts'
import { openWindow, type WindowPage } from './support/window-page.ts'

type TestCompanion = Awaited<ReturnType<typeof startTestCompanion>>

/** The plugin as built in QuickJS before a fake of Figma, the window as built in Chromium, a real companion and its engine. */
describeInBrowser('from a layer in Figma to a fill above it', (browser) => {
  let opened: OpenInfill[] = []

  afterEach(async () => {
    await Promise.all(opened.map(close))
  })

  async function open(companion: TestCompanion, options: PluginOptions): Promise<OpenInfill> {
    const plugin = await openPlugin(options)
    const windowPage = await openWindow(browser(), {
      port: companion.port,
      sandbox(send) {
        plugin.onMessage(send)
        return plugin.send
      },
    })
    const infill = { ...windowPage, plugin }
    opened.push(infill)
    return infill
  }

  async function close(infill: OpenInfill): Promise<void> {
    opened = opened.filter((other) => other !== infill)
    await infill.close()
    infill.plugin.close()
    expect(infill.problems).toEqual([])
  }

  async function openPaired(companion: TestCompanion, options: PluginOptions): Promise<OpenInfill> {
    const infill = await open(companion, options)
    await infill.window.getByRole('textbox', { name: 'Pairing code' }).pressSequentially(companion.code)
    await infill.window.getByRole('button', { name: 'Skip' }).click()
    return infill
  }

  /** Removes the leftmost disc, and waits until the window has nothing left to do. */
  async function removeDisc(infill: OpenInfill): Promise<void> {
    const button = infill.window.getByRole('button', { name: 'Remove', exact: true })
    await paintOverRed(infill)
    await button.click()
    // Nothing is marked any more once the fill is placed.
    await expect.poll(() => button.isDisabled(), patience).toBe(true)
    await expect
      .poll(async () => (await infill.plugin.request('start', { preferred: 'en' })).pendingJob, patience)
      .toBeNull()
  }

  /** A file whose first disc was removed by a window that is closed again. */
  async function openFilled(discs = 1) {
    const companion = await startTestCompanion({ engines })
    const file = await openFile(discs)
    file.figma.select(file.photo.id)
    const infill = await openPaired(companion, { figma: file.figma })
    await removeDisc(infill)
    await close(infill)
    return { companion, ...file }
  }

  test('a turned, cropped and nested picture loses a thing, and nothing else changes', async () => {
    const companion = await startTestCompanion({ engines })
    const { figma, frame, photo } = await openFile()
    figma.select(photo.id)
    figma.commitUndo()
    const before = await look(frame)
    expect(findRed(before)).not.toBeNull()

    await removeDisc(await openPaired(companion, { figma }))
    expect(frame.children.length).toBe(2)
    const layer = frame.children[1]!
    expect(layer.name).toBe('Infill – removed')
    const [after, alone] = [await look(frame), await look(frame, [layer])]
    expect(findRed(after)).toBeNull()
    expectSamePixelsWhere(after, before, (x, y) => alone.data[(y * alone.width + x) * 4 + 3] === 0)

    figma.triggerUndo()
    expect(frame.children).toEqual([photo])
    expectSameImage(await look(frame), before)
  })

  test('a second thing goes the same way, without a second code, into the same layer', async () => {
    const { companion, figma, frame, photo } = await openFilled(2)

    figma.select(photo.id)
    await removeDisc(await open(companion, { figma }))
    expect(frame.children.length).toBe(2)
    expect(findRed(await look(frame))).toBeNull()
  })

  test('a half-transparent picture gets a finished copy, and is hidden beneath it', async () => {
    const companion = await startTestCompanion({ engines })
    const { figma, frame, photo } = await openFile()
    photo.opacity = 0.5
    figma.select(photo.id)
    await removeDisc(await openPaired(companion, { figma }))
    expect(frame.children).toMatchObject([{ visible: false }, { visible: true }])
    expect(findRed(await look(frame))).toBeNull()
  })

  test('a fill is edited from its button: its marks come back, and the new fill takes its place', async () => {
    const { companion, figma, frame } = await openFilled()

    const [layer] = frame.children.slice(-1)
    const second = await open(companion, { figma, command: 'edit', relaunchNode: layer! })
    await second.window.getByText('Editing a fill').waitFor()
    await second.window.getByRole('button', { name: 'Remove', exact: true }).click()
    // What can be undone is the placed fill: the marks were there from the start.
    const undo = second.window.getByRole('button', { name: 'Undo', exact: true })
    await expect.poll(() => undo.isEnabled(), patience).toBe(true)
    expect(frame.children.length).toBe(2)
    expect(findRed(await look(frame))).toBeNull()
  })

  test('what nothing was copied from is kept with the layer, for whoever edits it', async () => {
    const companion = await startTestCompanion({ engines })
    const { figma, frame, photo } = await openFile(2)
    figma.select(photo.id)
    const first = await openPaired(companion, { figma })
    await paintOverRed(first)
    await first.window.getByRole('button', { name: 'Change what is marked' }).click()
    await first.window.getByRole('button', { name: 'Don’t copy from here' }).click()
    await removeDisc(first)
    const [layer] = frame.children.slice(-1)
    const keptWith = async (infill: OpenInfill) =>
      (await infill.plugin.request('editFill', { layerId: layer!.id })).avoid
    const kept = await keptWith(first)
    expect(kept).not.toBeNull()
    await close(first)

    const second = await open(companion, { figma, command: 'edit', relaunchNode: layer! })
    await second.window.getByText('Editing a fill').waitFor()
    await second.window.getByRole('button', { name: 'Remove', exact: true }).click()
    await second.window.getByText('Editing a fill').waitFor({ state: 'detached' })
    expect(await keptWith(second)).toEqual(kept)
  })

  test('a picture that is too small for its frame is expanded to fill it, in one undo step', async () => {
    const companion = await startTestCompanion({ engines })
    const { figma, frame, photo } = await openSmallPicture()
    figma.select(photo.id)
    figma.commitUndo()
    const before = await look(frame)

    const infill = await openPaired(companion, { figma })
    await infill.window.getByText('Expand', { exact: true }).click()
    await infill.window.getByRole('button', { name: 'Fill the frame' }).click()
    await infill.window.getByRole('button', { name: 'Expand', exact: true }).click()
    await expect.poll(() => frame.children.length, patience).toBe(2)
    const layer = frame.children[1]!
    expect(layer).toMatchObject({ name: 'Infill – expanded', x: 0, y: 0, width: 288, height: 198 })
    expect(photo.visible).toBe(true)
    const [after, alone] = [await look(frame), await look(frame, [layer])]
    expect(clearPixels(before)).toBe(288 * 198 - 240 * 180)
    expect(clearPixels(after)).toBe(0)
    expectSamePixelsWhere(after, before, (x, y) => alone.data[(y * alone.width + x) * 4 + 3] === 0)
    // Patch: nothing of it lies over the picture but the seam.
    expect(clearPixels(alone)).toBeGreaterThan(230 * 170)

    figma.triggerUndo()
    expect(frame.children).toEqual([photo])
    expectSameImage(await look(frame), before)
  })

  test('an expanded copy holds what was removed before, and is edited from its button', async () => {
    const companion = await startTestCompanion({ engines })
    const { figma, frame, photo } = await openSmallPicture()
    photo.cornerRadius = 9
    figma.select(photo.id)
    const first = await openPaired(companion, { figma })
    await removeDisc(first)
    await first.window.getByText('Expand', { exact: true }).click()
    await first.window.getByRole('spinbutton', { name: 'Left' }).fill('24')
    await first.window.getByRole('button', { name: 'Expand', exact: true }).click()
    await expect.poll(() => frame.children.length, patience).toBe(3)
    expect(frame.children).toMatchObject([{ visible: false }, { visible: false }, { visible: true }])
    expect(frame.children[2]).toMatchObject({ x: 0, width: 264, topLeftRadius: 9 })
    expect(findRed(await look(frame))).toBeNull()
    await close(first)

    const copy = frame.children[2] as FakeRectangle
    const second = await open(companion, { figma, command: 'edit', relaunchNode: copy })
    await second.window.getByText('Editing a fill').waitFor()
    const left = second.window.getByRole('spinbutton', { name: 'Left' })
    expect(await left.inputValue()).toBe('24')
    await left.fill('12')
    await second.window.getByRole('button', { name: 'Expand', exact: true }).click()
    await expect.poll(() => copy.width, patience).toBe(252)
    expect(frame.children.length).toBe(3)
    expect(findRed(await look(frame))).toBeNull()
  })

  test('in a frame that was duplicated, a fill is edited on the picture of the copy, and the first frame stays as it is', async () => {
    const { companion, figma, frame } = await openFilled(2)
    const copy = duplicate(figma, frame)
    const before = await look(frame)
    expect(findRed(await look(copy))).not.toBeNull()

    const second = await open(companion, { figma, command: 'edit', relaunchNode: copy.children[1]! })
    await second.window.getByText('Editing a fill').waitFor()
    // The other disc as well, onto the layer that is edited.
    await removeDisc(second)
    expect(copy.children.length).toBe(2)
    expect(findRed(await look(copy))).toBeNull()
    expectSameImage(await look(frame), before)
  })

  test('when the picture of a duplicated frame is exchanged, its fill is run again with one click', async () => {
    const { companion, figma, frame } = await openFilled()
    const copy = duplicate(figma, frame)
    const before = await look(frame)
    const copied = copy.children[0] as FakeRectangle
    copied.fills = [{ ...(copied.fills as ImagePaint[])[0]!, imageHash: await otherPicture(figma) }]

    figma.select(copied.id)
    const second = await open(companion, { figma })
    await second.window.getByText('One fill was made for the one before.').waitFor()
    const stale = copy.children[1] as FakeRectangle
    const hashOf = ({ fills }: FakeRectangle) => (fills as ImagePaint[])[0]!.imageHash
    const staleHash = hashOf(stale)
    await second.window.getByRole('button', { name: 'Run again' }).click()
    await expect.poll(() => hashOf(stale), patience).not.toBe(staleHash)
    expect(copy.children.length).toBe(2)
    expect(findRed(await look(copy))).toBeNull()
    expectSameImage(await look(frame), before)
  })

  test('the window is as large as it is dragged, between what can be used, and the next time as well', async () => {
    const companion = await startTestCompanion({ engines })
    const { figma, photo } = await openFile()
    figma.select(photo.id)
    const infill = await openPaired(companion, { figma })
    const size = () => {
      const { width, height } = figma.ui[window]
      return [width, height]
    }
    await infill.page.setViewportSize({ width: 1000, height: 700 })
    const handle = (await infill.window.getByRole('button', { name: 'Resize window' }).boundingBox())!
    const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2]
    const { mouse } = infill.page
    await mouse.move(x, y)
    await mouse.down()
    await mouse.move(10, 10, { steps: 3 })
    await expect.poll(size, patience).toEqual([320, 360])
    await mouse.move(x - 100, y - 60, { steps: 3 })
    await expect.poll(size, patience).toEqual([900, 640])
    await mouse.up()
    const kept = async () => {
      const { settings } = await infill.plugin.request('start', { preferred: 'en' })
      return [settings.windowWidth, settings.windowHeight]
    }
    await expect.poll(kept, patience).toEqual([900, 640])
    await close(infill)
    await open(companion, { figma })
    expect(figma.ui[window].options).toMatchObject({ width: 900, height: 640 })
  })

  test('a layer that is drawn by Figma is filled as it looks', async () => {
    const companion = await startTestCompanion({ engines })
    const { figma, frame } = await openFile()
    figma.select(frame.id)
    await removeDisc(await openPaired(companion, { figma }))
    expect(figma.currentPage.selection).toMatchObject([{ name: 'Infill – removed' }])
    expect(findRed(await look(frame, figma.currentPage.children))).toBeNull()
  })
})

interface OpenInfill extends WindowPage {
  readonly plugin: OpenPlugin
}

/** A page with a turned frame that clips a turned and cropped picture of red discs. */
async function openFile(
  discs = 1,
): Promise<{ readonly figma: FakeFigma; readonly frame: FakeFrame; readonly photo: FakeRectangle }> {
  const figma = new FakeFigma()
  const { png, image } = await createScene(discs)
  const { hash } = figma.createImage(new Uint8Array(png))
  const photo = figma.createRectangle()
  photo.name = 'Photo'
  photo.resize(image.width * 0.7, image.height * 0.8)
  photo.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: hash }]
  const frame = figma.createFrame()
  frame.resize(image.width, image.height)
  frame.appendChild(photo)
  photo.x = 20.4
  photo.y = 40.7
  photo.rotation = 12
  frame.rotation = -30
  return { figma, frame, photo }
}

/** A page with an upended frame and a picture in it that leaves three of its sides open. */
async function openSmallPicture(): ReturnType<typeof openFile> {
  const { figma, frame, photo } = await openFile()
  photo.rotation = 0
  photo.resize(240, 180)
  photo.x = 24
  photo.y = 0
  frame.resize(288, 198)
  frame.rotation = 90
  frame.fills = []
  return { figma, frame, photo }
}

/** As Figma does it: a copy beside the frame, with all that lies in it. */
function duplicate(figma: FakeFigma, frame: FakeFrame): FakeFrame {
  const copy = copyOf(frame, () => figma.newId())
  figma.currentPage.appendChild(copy)
  copy.x = frame.x + 600
  return copy
}

/** The same red disc on brighter ground. @returns its hash */
async function otherPicture(figma: FakeFigma): Promise<string> {
  const { image } = await createScene()
  const brighter = { ...image, data: image.data.map((value, at) => (at % 4 === 2 ? value + 40 : value)) }
  return figma.createImage(new Uint8Array(await pngOf(brighter))).hash
}

function clearPixels({ data }: Image): number {
  let count = 0
  for (let at = 3; at < data.length; at += 4) if (data[at] === 0) count += 1
  return count
}

/** What is seen where the frame is, of these layers. */
function look(frame: FakeFrame, layers: readonly FakeNode[] = [frame]): Promise<Image> {
  return render(layers, frame.absoluteBoundingBox!)
}
