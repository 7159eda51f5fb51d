import { describe, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import type { Mask } from '../../companion/image/image.ts'
import type { Rect } from '../../companion/protocol.ts'
import type { Settings } from '../../plugin/messages.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { countDotted, dots, dotsSize, dottedHole, dottedPart } from '../support/dots.ts'
import { pngOf } from '../support/encoded.ts'
import { decode } from '../support/fake-figma/index.ts'
import { button, expectNoFaults, openWindows, waitForFills } from '../support/open-windows.ts'
import { patience, waitForRed } from '../support/painting.ts'
import { createScene } from '../support/scene.ts'
import { openDocument, openPictureDocument } from '../support/stand-in.ts'
import { stubEngine } from '../support/stub-engine.ts'
import type { WindowPage, WindowPageOptions } from '../support/window-page.ts'

type Page = Partial<WindowPageOptions> & { readonly settings?: Partial<Settings> }

describeInBrowser('what nothing is to be copied from', (browser) => {
  const openInfill = openWindows(browser)

  /** Two red discs, and an engine that is shown all of the picture. */
  async function setUp({ settings, ...page }: Page = {}) {
    const engine = stubEngine({ limits: { contextPx: () => 1000 } })
    const companion = await startTestCompanion({ engines: [engine] })
    const scene = await createScene(2)
    const document = openDocument(scene, {
      token: companion.token,
      settings: { tool: 'rectangle', ...settings },
    })
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port, ...page })
    await waitForRed(infill)
    return { engine, scene, document, infill }
  }

  /** The leftmost disc, which is striped then and no longer seen. */
  async function avoidDisc(infill: WindowPage): Promise<void> {
    await markDisc(infill)
    await avoidMarked(infill)
    await infill.window.getByText('Paint over what should go', { exact: true }).waitFor()
  }

  test('is sent beside what is marked then, and kept with the fill', async () => {
    const { engine, scene, document, infill } = await setUp()
    await avoidDisc(infill)
    expect(await button(infill, 'Remove').isDisabled()).toBe(true)
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    const { mask, avoid } = engine.fills[0]!.tile
    expectAround(mask, scene.discs[1]!)
    expectAround(avoid!, scene.discs[0]!)
    const { avoid: kept } = document.document.value.fills[0]!
    expect(await whiteOf(kept!)).toEqual(boundsOf(avoid!))
  })

  test('is nothing where nobody said so', async () => {
    const { engine, document, infill } = await setUp()
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    expect(engine.fills[0]!.tile.avoid).toBeNull()
    expect(document.document.value.fills[0]!.avoid).toBeNull()
  })

  test('is undone and done again as any mark, and cleared after the marks', async () => {
    const { engine, scene, document, infill } = await setUp()
    const disc = await waitForRed(infill)
    await avoidDisc(infill)
    await button(infill, 'Undo').click()
    await expectCanRemove(infill, true)
    await button(infill, 'Redo').click()
    await expectCanRemove(infill, false)
    await markDisc(infill)
    await button(infill, 'Clear marks').click()
    await expectCanRemove(infill, false)
    const other = await waitForRed(infill)
    expect(other.x).toBeGreaterThan(disc.x + disc.width)
    await button(infill, 'Clear marks').click()
    await expect.poll(async () => (await waitForRed(infill)).x, patience).toBe(disc.x)
    expect(await button(infill, 'Clear marks').isDisabled()).toBe(true)
    await button(infill, 'Undo').click()
    await expect.poll(async () => (await waitForRed(infill)).x, patience).toBe(other.x)
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    expectAround(engine.fills[0]!.tile.avoid!, scene.discs[0]!)
  })

  test('stays as it is when marks are changed as a whole', async () => {
    const { engine, scene, document, infill } = await setUp()
    await avoidDisc(infill)
    await button(infill, 'Change what is marked').click()
    // All of the picture, and then nothing.
    await button(infill, 'Invert').click()
    await button(infill, 'Invert').click()
    await infill.page.keyboard.press('Escape')
    await expectCanRemove(infill, false)
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    expectAround(engine.fills[0]!.tile.avoid!, scene.discs[0]!)
  })

  test('comes back with the fill that is edited, and with what another one took up', async () => {
    const { engine, scene, document, infill } = await setUp()
    await avoidDisc(infill)
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    // The next removal joins the layer, and copies from everywhere.
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await expect.poll(() => engine.fills.length, patience).toBe(2)
    expect(engine.fills[1]!.tile.avoid).toBeNull()
    await expectCanRemove(infill, false)
    const { layerId } = document.document.value.fills[0]!
    await infill.edit(layerId)
    await infill.window.getByText('Editing a fill').waitFor()
    await button(infill, 'Remove').click()
    await expect.poll(() => engine.fills.length, patience).toBe(3)
    expectAround(engine.fills[2]!.tile.avoid!, scene.discs[0]!)
    expect(boundsOf(engine.fills[2]!.tile.mask).x).toBeLessThan(scene.discs[1]!.x)
  })

  test('of several fills that joined is what any of them copied nothing from', async () => {
    const { engine, scene, document, infill } = await setUp()
    const [left, right] = scene.discs
    await avoidDisc(infill)
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    await expectCanRemove(infill, false)
    const disc = await waitForRed(infill)
    // What was removed, which is not seen any more.
    const removed = { ...disc, x: disc.x + ((right!.x - left!.x) * disc.width) / left!.width }
    await drag(infill, removed)
    await avoidMarked(infill)
    await markDisc(infill)
    await button(infill, 'Remove').click()
    await expect.poll(() => engine.fills.length, patience).toBe(2)
    await expectCanRemove(infill, false)
    const { x, width } = await whiteOf(document.document.value.fills[0]!.avoid!)
    expect(x).toBeLessThan(left!.x)
    expect(x + width).toBeGreaterThan(right!.x)
  })

  test('holds for margins too, and is seen there', async () => {
    const { engine, scene, document, infill } = await setUp()
    const disc = await waitForRed(infill)
    await avoidDisc(infill)
    await infill.window.getByText('Expand', { exact: true }).click()
    await infill.window.getByRole('spinbutton', { name: 'Left' }).fill('40')
    await infill.window.getByRole('spinbutton', { name: 'Left' }).press('Tab')
    await expect.poll(async () => (await waitForRed(infill)).width, patience).toBeLessThan(disc.width)
    await button(infill, 'Expand').click()
    await waitForFills(document, 1)
    const { x, ...rest } = scene.discs[0]!
    expectAround(engine.fills[0]!.tile.avoid!, { x: x + 40, ...rest })
    expectAround(await maskOf(document.document.value.fills[0]!.avoid!), scene.discs[0]!)
    const { layerId } = document.document.value.fills[0]!
    await infill.edit(layerId)
    await infill.window.getByText('Editing a fill').waitFor()
    await button(infill, 'Expand').click()
    await expect.poll(() => engine.fills.length, patience).toBe(2)
    expectAround(engine.fills[1]!.tile.avoid!, { x: x + 40, ...rest })
  })

  describe('with the engine that is built in', () => {
    /** A picture with dots, and a red thing on them. */
    async function setUpDots(settings: Partial<Settings> = {}) {
      const companion = await startTestCompanion({ engines })
      const [widthPx, heightPx] = dotsSize
      const bytes = new Uint8Array(await pngOf(dots([216, 40, 44, 255])))
      const document = openPictureDocument(
        { bytes, widthPx, heightPx },
        { token: companion.token, settings: { tool: 'rectangle', ...settings } },
      )
      const infill = await openInfill({ sandbox: document.sandbox, port: companion.port })
      const red = await waitForRed(infill)
      const scale = red.width / dottedHole.width
      /** All that has dots, with some ground beyond the picture's edges. */
      const dotted = {
        x: red.x - dottedHole.x * scale - 4,
        y: red.y - dottedHole.y * scale - 4,
        width: dottedPart.width * scale + 4,
        height: dottedPart.height * scale + 8,
      }
      return { document, infill, red, dotted }
    }

    test('is not in the fill, where much of it would be otherwise', async () => {
      const { document, infill, red, dotted } = await setUpDots()
      await drag(infill, red)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      expect(countDotted(await decode(document.document.value.fills[0]!.png))).toBeGreaterThan(100)
      await button(infill, 'Undo').click()
      await waitForFills(document, 0)
      await button(infill, 'Clear marks').click()
      await drag(infill, dotted)
      await avoidMarked(infill)
      await drag(infill, red)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      expect(countDotted(await decode(document.document.value.fills[0]!.png))).toBe(0)
    })

    test('holds for a click that removes at once', async () => {
      const { document, infill, red, dotted } = await setUpDots({ removeAtOnce: true })
      await drag(infill, dotted)
      await avoidMarked(infill)
      await infill.page.keyboard.press('v')
      await infill.page.mouse.click(red.x + red.width / 2, red.y + red.height / 2)
      await waitForFills(document, 1)
      expect(countDotted(await decode(document.document.value.fills[0]!.png))).toBe(0)
    })

    test('and what is marked must leave something to copy from, which the window says', async () => {
      const { document, infill, red } = await setUpDots()
      await button(infill, 'Change what is marked').click()
      await button(infill, 'Invert').click()
      await button(infill, 'Don’t copy from here').click()
      await drag(infill, red)
      await button(infill, 'Remove').click()
      await infill.window
        .getByText('What is marked and what must not be copied from cover the whole picture.')
        .waitFor()
      expect(document.document.value.fills).toEqual([])
      // Nothing is lost: the stripes go, the mark stays.
      await expectCanRemove(infill, true)
    })
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const { infill } = await setUp({ theme, widthPx })
      await avoidDisc(infill)
      await markDisc(infill)
      await expectNoFaults(infill, `${theme}-${widthPx}-avoid`)
    })
  })
})

/** A little more than the leftmost disc that is seen. */
async function markDisc(infill: WindowPage): Promise<void> {
  const { x, y, width, height } = await waitForRed(infill)
  await drag(infill, { x: x - 4, y: y - 4, width: width + 8, height: height + 8 })
}

async function drag({ page }: WindowPage, { x, y, width, height }: Rect): Promise<void> {
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + width, y + height, { steps: 4 })
  await page.mouse.up()
}

async function avoidMarked(infill: WindowPage): Promise<void> {
  await button(infill, 'Change what is marked').click()
  // Which closes what lies over the picture, where the thing is marked next.
  await button(infill, 'Don’t copy from here').click()
  await infill.window.getByRole('region', { name: 'Change what is marked' }).waitFor({ state: 'detached' })
}

async function expectCanRemove(infill: WindowPage, canRemove: boolean): Promise<void> {
  await expect.poll(() => button(infill, 'Remove').isEnabled(), patience).toBe(canRemove)
}

/** What is white reaches a little over `rect` on each side. */
function expectAround(mask: Mask, rect: Rect): void {
  const bounds = boundsOf(mask)
  const [right, bottom] = [bounds.x + bounds.width, bounds.y + bounds.height]
  const overhangs = [
    ...[rect.x - bounds.x, rect.y - bounds.y],
    ...[right - rect.x - rect.width, bottom - rect.y - rect.height],
  ]
  for (const overhang of overhangs) {
    expect(overhang).toBeGreaterThanOrEqual(0)
    expect(overhang).toBeLessThan(16)
  }
}

async function whiteOf(png: Uint8Array): Promise<Rect> {
  return boundsOf(await maskOf(png))
}

async function maskOf(png: Uint8Array): Promise<Mask> {
  const { width, height, data } = await decode(png)
  return { width, height, data: data.filter((_, at) => at % 4 === 0) }
}

function boundsOf({ width, data }: Mask): Rect {
  const white = [...data.keys()].filter((at) => data[at] === 255)
  const [xs, ys] = [white.map((at) => at % width), white.map((at) => Math.floor(at / width))]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 }
}
