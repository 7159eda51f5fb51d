import { afterEach, describe, expect, test } from 'vitest'
import type { Engine } from '../companion/engines/engine.ts'
import { engines } from '../companion/engines/index.ts'
import { createImage, type Image } from '../companion/image/image.ts'
import { findFaults } from './support/accessibility.ts'
import { expectSameImage } from './support/assert-image.ts'
import { describeInBrowser } from './support/chromium.ts'
import { startTestCompanion } from './support/companion.ts'
import { pngOf } from './support/encoded.ts'
import { decode, FakeFigma, type FakeRectangle, render } from './support/fake-figma/index.ts'
import { paintImage } from './support/images.ts'
import { paintOver, patience, waitForRed } from './support/painting.ts'
import { type OpenPlugin, openPlugin } from './support/sandbox.ts'
import { findRed } from './support/scene.ts'
import { stubEngine } from './support/stub-engine.ts'
import { openWindow, type WindowPage, type WindowPageOptions } from './support/window-page.ts'

/** Screens with a red notice each: the plugin as built before a fake of Figma, the window as built, a real companion. */
describeInBrowser('the same on several layers', (browser) => {
  let close = async () => {}
  afterEach(() => close())

  async function setUp(
    places: readonly Place[],
    { used, ...page }: Partial<WindowPageOptions> & { readonly used?: readonly Engine[] } = {},
  ) {
    const companion = await startTestCompanion(used === undefined ? {} : { engines: used })
    const figma = new FakeFigma()
    const screens = await Promise.all(places.map((place, index) => addScreen(figma, place, index)))
    figma.select(screens[0]!.id)
    const plugin = await openPlugin({ figma })
    const infill = await openWindow(browser(), {
      port: companion.port,
      ...page,
      sandbox(send) {
        plugin.onMessage(send)
        return plugin.send
      },
    })
    close = async () => {
      await infill.close()
      plugin.close()
      expect(infill.problems).toEqual([])
    }
    await infill.window.getByRole('textbox', { name: 'Pairing code' }).pressSequentially(companion.code)
    await button(infill, 'Skip').click()
    return { companion, figma, plugin, screens, infill }
  }

  /** Marks the notice on the first screen, selects all of them, and asks for the same on all. */
  async function ask({ figma, screens, infill }: Open): Promise<void> {
    await paintOver(infill.page, await waitForRed(infill))
    figma.select(...screens.map(({ id }) => id))
    await infill.window.getByText(`${screens.length} layers are selected.`).waitFor()
    await button(infill, 'Same on all…').click()
  }

  test('goes at the same place on each, with a layer and an undo step of its own', async () => {
    const places: readonly Place[] = [
      [20, 30],
      [20, 30],
      [20, 30],
    ]
    const open = await setUp(places, { used: engines })
    await ask(open)
    await button(open.infill, 'Remove on 3 layers').click()
    await open.infill.window.getByText('Done on 3 of 3 layers').waitFor()
    expect(await open.infill.window.getByRole('dialog').getByText('Done', { exact: true }).count()).toBe(3)
    for (const screen of open.screens) expect(findRed(await look(open.figma, screen))).toBeNull()
    open.figma.triggerUndo()
    expect(findRed(await look(open.figma, open.screens[2]!))).not.toBeNull()
    expect(findRed(await look(open.figma, open.screens[1]!))).toBeNull()
  })

  test('leaves the layers selected, for the next thing on all of them', async () => {
    const open = await setUp([
      [20, 30],
      [20, 30],
    ])
    await ask(open)
    await button(open.infill, 'Remove on 2 layers').click()
    await open.infill.window.getByText('Done on 2 of 2 layers').waitFor()
    await button(open.infill, 'Close').last().click()
    const selected = open.figma.currentPage.selection.map(({ id }) => id)
    expect(selected).toEqual(open.screens.map(({ id }) => id))
    await open.infill.window.getByText('2 layers are selected.').waitFor()
    await open.infill.page.mouse.click(200, 300)
    await button(open.infill, 'Same on all…').click()
    await button(open.infill, 'Remove on 2 layers').click()
    await open.infill.window.getByText('Done on 2 of 2 layers').waitFor()
    // Each layer's second removal has joined its first.
    expect(open.figma.currentPage.children).toHaveLength(4)
  })

  test('is found again where it looks the same, and left out where nothing does', async () => {
    const open = await setUp([[20, 30], [130, 90], null], { used: engines })
    const untouched = await look(open.figma, open.screens[2]!)
    await ask(open)
    await open.infill.window.getByText('Same look').click()
    await open.infill.window.getByText('Nothing to mark was found here.').waitFor()
    // Before it runs, each layer shows where the notice was found on it: as shares of its picture.
    expect(await markedOn(open.infill, 0)).toMatchObject({
      x: expect.closeTo(0.2, 1),
      y: expect.closeTo(0.3, 1),
    })
    expect(await markedOn(open.infill, 1)).toMatchObject({
      x: expect.closeTo(0.8, 1),
      y: expect.closeTo(0.7, 1),
    })
    expect(await markedOn(open.infill, 2)).toBeNull()
    await button(open.infill, 'Remove on 2 layers').click()
    await open.infill.window.getByText('Done on 2 of 3 layers').waitFor()
    for (const screen of open.screens.slice(0, 2)) expect(findRed(await look(open.figma, screen))).toBeNull()
    expectSameImage(await look(open.figma, open.screens[2]!), untouched)
    expect(open.figma.currentPage.children).toHaveLength(5)
  })

  test('copies nothing from the same place on each, wherever the thing is', async () => {
    const engine = stubEngine({ limits: { contextPx: () => 1000 } })
    const open = await setUp(
      [
        [20, 30],
        [130, 90],
      ],
      { used: [engine] },
    )
    const { x, y, width, height } = await waitForRed(open.infill)
    await paintOver(open.infill.page, { x, y: y + 2 * height, width, height })
    await button(open.infill, 'Change what is marked').click()
    await button(open.infill, 'Don’t copy from here').click()
    await ask(open)
    await open.infill.window.getByText('Same look').click()
    await button(open.infill, 'Remove on 2 layers').click()
    await open.infill.window.getByText('Done on 2 of 2 layers').waitFor()
    const [first, second] = engine.fills.map(({ tile }) => tile)
    expect(first!.avoid!.data).toContain(255)
    expect(second!.avoid).toEqual(first!.avoid)
    expect(second!.mask).not.toEqual(first!.mask)
  })

  test('goes where a shape is selected over each', async () => {
    const places: readonly Place[] = [
      [20, 30],
      [130, 90],
    ]
    const open = await setUp(places, { used: engines })
    const shapes = open.screens.map((screen, index) => {
      const [x, y] = index === 0 ? [20, 30] : [130, 90]
      const shape = open.figma.createRectangle()
      shape.resize(60, 40)
      shape.x = screen.x + x! - 5
      shape.y = screen.y + y! - 5
      shape.fills = [{ type: 'SOLID', color: { r: 0, g: 0, b: 1 } }]
      return shape
    })
    await waitForRed(open.infill)
    open.figma.select(...[...open.screens, ...shapes].map(({ id }) => id))
    await open.infill.window.getByText('2 layers are selected.').waitFor()
    await button(open.infill, 'Same on all…').click()
    await button(open.infill, 'Remove on 2 layers').waitFor()
    await button(open.infill, 'Remove on 2 layers').click()
    await open.infill.window.getByText('Done on 2 of 2 layers').waitFor()
    for (const shape of shapes) shape.visible = false
    for (const screen of open.screens) expect(findRed(await look(open.figma, screen))).toBeNull()
  })

  test('passes over those that are unchecked', async () => {
    const open = await setUp([
      [20, 30],
      [20, 30],
    ])
    await ask(open)
    await open.infill.window.getByRole('checkbox', { name: 'Screen 2' }).uncheck()
    await button(open.infill, 'Remove on 1 layer').click()
    await open.infill.window.getByText('Done on 1 of 2 layers').waitFor()
    expect(findRed(await look(open.figma, open.screens[1]!))).not.toBeNull()
  })

  test('stops when it is cancelled, and says what was done', async () => {
    const open = await setUp([
      [20, 30],
      [20, 30],
    ])
    await ask(open)
    open.companion.engine.block()
    await button(open.infill, 'Remove on 2 layers').click()
    await open.companion.engine.blocked()
    await open.infill.window.getByText('1 of 2').waitFor()
    // One bar for all: half of the first of two.
    await open.infill.window.locator('[role=progressbar][aria-valuenow="25"]').waitFor()
    await button(open.infill, 'Cancel').click()
    await open.infill.window.getByText('Done on 0 of 2 layers').waitFor()
    await open.infill.window.getByText('Cancelled.').waitFor()
    await button(open.infill, 'Close').last().click()
    await expect.poll(() => open.companion.engine.cancelled, patience).toBe(1)
  })

  test('says of each that failed why', async () => {
    const open = await setUp([
      [20, 30],
      [20, 30],
    ])
    await ask(open)
    open.companion.engine.failWith(new Error('a bug'))
    await button(open.infill, 'Remove on 2 layers').click()
    await open.infill.window.getByText('Done on 0 of 2 layers').waitFor()
    const said = open.infill.window.getByRole('dialog').getByText('Something went wrong inside the companion')
    expect(await said.count()).toBe(2)
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const open = await setUp([[20, 30], [130, 90], null], { theme, widthPx })
      await ask(open)
      await open.infill.window.getByText('Same look').click()
      await open.infill.window.getByText('Nothing to mark was found here.').waitFor()
      await open.infill.screenshot(`${theme}-${widthPx}-several`)
      expect(await findFaults(open.infill.page.frames()[1]!)).toEqual([])
    })
  })
})

/** Where the notice lies on a screen; null: it has none. */
type Place = readonly [number, number] | null

interface Open {
  readonly figma: FakeFigma
  readonly plugin: OpenPlugin
  readonly screens: readonly FakeRectangle[]
  readonly infill: WindowPage
}

async function addScreen(figma: FakeFigma, place: Place, index: number): Promise<FakeRectangle> {
  const { hash } = figma.createImage(new Uint8Array(await pngOf(screenshot(place))))
  const layer = figma.createRectangle()
  layer.name = `Screen ${index + 1}`
  layer.resize(200, 150)
  layer.x = 300 * index
  layer.fills = [{ type: 'IMAGE', scaleMode: 'FILL', imageHash: hash }]
  return layer
}

/** A pale page with a red notice of 50 × 30 that has a dark bar in it. */
function screenshot(place: Place): Image {
  return paintImage(200, 150, (x, y) => {
    const [left, top] = place === null ? [0, 0] : [x - place[0], y - place[1]]
    const isNotice = place !== null && left >= 0 && top >= 0 && left < 50 && top < 30
    if (!isNotice) return [205 + ((x + y) % 3), 225, 220 + (y % 5), 255]
    return left > 8 && left < 36 && top > 8 && top < 14 ? [120, 20, 24, 255] : [216, 40, 44, 255]
  })
}

/** What is seen where the screen is. */
async function look(figma: FakeFigma, { x, y, width, height }: FakeRectangle): Promise<Image> {
  const seen = await render(figma.currentPage.children, { x, y, width, height })
  const image = createImage(seen.width, seen.height)
  image.data.set(seen.data)
  return image
}

/** The middle of what is pink on a layer's thumbnail, as shares of its picture of 4 : 3; null: nothing is. */
async function markedOn({ window }: WindowPage, index: number): Promise<{ x: number; y: number } | null> {
  const { width, height, data } = await decode(
    await window.locator('.several canvas').nth(index).screenshot(),
  )
  const isPink = (at: number) => data[at * 4]! > 200 && data[at * 4 + 1]! < 130 && data[at * 4 + 2]! > 110
  const pink = Array.from({ length: width * height }, (_, at) => at).filter(isPink)
  if (pink.length === 0) return null
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const y = mean(pink.map((at) => Math.floor(at / width))) / height
  return { x: mean(pink.map((at) => at % width)) / width, y: (y - 0.125) / 0.75 }
}

function button({ window }: WindowPage, name: string) {
  return window.getByRole('button', { name, exact: true })
}
