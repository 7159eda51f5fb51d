import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import type { Rect } from '../../companion/protocol.ts'
import type { Settings } from '../../plugin/messages.ts'
import { pixelAt } from '../support/assert-image.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { pngOf } from '../support/encoded.ts'
import { decode } from '../support/fake-figma/index.ts'
import { paintImage } from '../support/images.ts'
import { button, expectEnabled, expectNoFaults, openWindows, waitForFills } from '../support/open-windows.ts'
import { patience, seeRed, waitForNoRed, waitForRed } from '../support/painting.ts'
import { createScene, type Scene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import type { WindowPage, WindowPageOptions } from '../support/window-page.ts'

interface SetUp {
  readonly scene?: Scene
  readonly settings?: Partial<Settings>
}

describeInBrowser('pointing at things', (browser) => {
  const openInfill = openWindows(browser)

  /** Red discs, the tool that finds things, and all that is built in. */
  async function setUp({ scene: given, settings = {}, ...page }: Partial<WindowPageOptions> & SetUp = {}) {
    const companion = await startTestCompanion({ engines })
    const scene = given ?? (await createScene())
    const document = openDocument(scene, { token: companion.token, settings: { tool: 'point', ...settings } })
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port, ...page })
    return { companion, scene, document, infill, disc: await waitForRed(infill) }
  }

  test('a click marks the thing under the pointer, and Remove takes it away', async () => {
    const { scene, document, infill, disc } = await setUp()
    await clickMiddle(infill, disc)
    await expectEnabled(button(infill, 'Remove'))
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    await waitForNoRed(infill)
    const mask = await decode(document.document.value.fills[0]!.mask)
    const { x, y, width, height } = scene.discs[0]!
    expect(pixelAt(mask, x + (width - 1) / 2, y + (height - 1) / 2)).toEqual([255, 255, 255, 255])
    expect(pixelAt(mask, x - 20, y - 20)).toEqual([0, 0, 0, 255])
  })

  test('removes it with that click where it is set so', async () => {
    const { document, infill, disc } = await setUp()
    await infill.window.getByRole('checkbox', { name: 'Remove at once' }).check()
    await clickMiddle(infill, disc)
    await waitForFills(document, 1)
    await waitForNoRed(infill)
    await expect.poll(() => document.settings.removeAtOnce, patience).toBe(true)
  })

  test('a box marks what lies in it', async () => {
    const { scene, document, infill, disc } = await setUp()
    const { mouse } = infill.page
    await mouse.move(disc.x - 12, disc.y - 12)
    await mouse.down()
    await mouse.move(disc.x + disc.width + 12, disc.y + disc.height + 12, { steps: 5 })
    await mouse.up()
    await expectEnabled(button(infill, 'Remove'))
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    await waitForNoRed(infill)
    const mask = await decode(document.document.value.fills[0]!.mask)
    const { x, y } = scene.discs[0]!
    // The box's corner, which the disc does not fill.
    expect(pixelAt(mask, x - 4, y - 4)).toEqual([0, 0, 0, 255])
  })

  test('Shift adds another thing, a plain click begins anew, and undo goes back', async () => {
    const { document, infill, disc } = await setUp({ scene: await createScene(2) })
    const other = await secondDisc(infill, disc)
    await clickMiddle(infill, disc)
    await foundLine(infill).waitFor()
    await infill.page.keyboard.down('Shift')
    await clickMiddle(infill, other)
    await infill.page.keyboard.up('Shift')
    await waitForNoRed(infill)
    await clickMiddle(infill, other)
    // Only the second is marked now.
    await expect.poll(async () => (await seeRed(infill))?.x, patience).toBeLessThan(disc.x + 3)
    await infill.page.keyboard.press('Control+z')
    await waitForNoRed(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    await waitForNoRed(infill)
  })

  test('Tab shows other guesses, one after another, and then the first again', async () => {
    const { infill, disc } = await setUp({ scene: await buttonOnCard() })
    await clickMiddle(infill, disc)
    const line = infill.window.getByText('Tab shows another guess')
    await line.waitFor()
    const seen = async () => (await infill.frame.screenshot()).toString('base64')
    const first = await seen()
    await infill.page.keyboard.press('Tab')
    await expect.poll(seen, patience).not.toBe(first)
    for (let turns = 0; turns < 2 && (await seen()) !== first; turns++)
      await infill.page.keyboard.press('Tab')
    await expect.poll(seen, patience).toBe(first)
    // From control to control it goes on as everywhere.
    await button(infill, 'Undo').focus()
    await infill.page.keyboard.press('Tab')
    expect(await infill.window.locator(':focus').getAttribute('aria-label')).not.toBe('Undo')
  })

  test('Alt takes away what does not belong', async () => {
    const { infill, disc } = await setUp()
    const { mouse, keyboard } = infill.page
    await mouse.move(disc.x - 30, disc.y - 12)
    await mouse.down()
    await mouse.move(disc.x + disc.width + 12, disc.y + disc.height + 12, { steps: 5 })
    await mouse.up()
    await foundLine(infill).waitFor()
    const asked = infill.window.getByText('Looking for it…')
    await keyboard.down('Alt')
    await mouse.click(disc.x - 20, disc.y + disc.height / 2)
    await keyboard.up('Alt')
    await asked.waitFor({ state: 'detached' })
    await expectEnabled(button(infill, 'Remove'))
  })

  test('says what to do where nothing is found, and is given up with Escape', async () => {
    const { infill, disc } = await setUp()
    await infill.page.mouse.move(disc.x, disc.y)
    await infill.page.mouse.down()
    await infill.page.mouse.move(disc.x + 40, disc.y + 40, { steps: 3 })
    await infill.page.keyboard.press('Escape')
    await infill.page.mouse.up()
    expect(await button(infill, 'Remove').isDisabled()).toBe(true)
    await infill.window.getByText('Click the thing').waitFor()
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const { infill, disc } = await setUp({ theme, widthPx })
      await expectNoFaults(infill, `${theme}-${widthPx}-point`)
      await clickMiddle(infill, disc)
      await foundLine(infill).waitFor()
      await expectNoFaults(infill, `${theme}-${widthPx}-found`)
    })
  })
})

/** The second of two discs, side by side and as far apart as their picture says. */
async function secondDisc({ frame }: WindowPage, first: Rect): Promise<Rect> {
  const { x, width } = (await frame.boundingBox())!
  return { ...first, x: 2 * x + width - first.x - first.width }
}

/** A red button on a grey card on white: a click on it may mean either. */
async function buttonOnCard(): Promise<Scene> {
  const button = { x: 100, y: 80, width: 44, height: 20 }
  const card = { x: 60, y: 40, width: 130, height: 90 }
  const image = paintImage(260, 180, (x, y) => {
    if (isIn(button, x, y)) return [216, 40, 44, 255]
    return isIn(card, x, y) ? [225, 228, 232, 255] : [255, 255, 255, 255]
  })
  return { image, png: await pngOf(image), discs: [button] }
}

function isIn(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height
}

function foundLine({ window }: WindowPage): Locator {
  return window.getByText('Shift adds, Alt takes away.')
}

async function clickMiddle({ page }: WindowPage, { x, y, width, height }: Rect): Promise<void> {
  await page.mouse.click(x + width / 2, y + height / 2)
}
