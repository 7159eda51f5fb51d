import { readFileSync } from 'node:fs'
import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import type { Rect } from '../../companion/protocol.ts'
import { sam } from '../../companion/select/sam/index.ts'
import { openSam } from '../../companion/select/sam/sam.ts'
import type { SelectMeans } from '../../companion/select/selector.ts'
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
import {
  referenceMask,
  referencePicture,
  referencePrompt,
  segmentPath,
  standInFiles,
} from '../support/segment.ts'
import { openDocument, openPictureDocument } from '../support/stand-in.ts'
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
    const { x: left, y: top, width, height } = disc
    await dragOver(infill, { x: left - 12, y: top - 12, width: width + 24, height: height + 24 })
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
    const { document, infill, disc } = await setUp({ scene: await discBesideBar() })
    const scale = disc.width / 53
    await dragOver(infill, {
      ...{ x: disc.x - 12, y: disc.y - 12 },
      ...{ width: disc.width + 24 + 60 * scale, height: disc.height + 24 },
    })
    await foundLine(infill).waitFor()
    await infill.page.keyboard.down('Alt')
    await infill.page.mouse.click(disc.x + disc.width + 30 * scale, disc.y + disc.height / 2)
    await infill.page.keyboard.up('Alt')
    await infill.window.getByText('Looking for it…').waitFor({ state: 'detached' })
    await waitForNoRed(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    const mask = await decode(document.document.value.fills[0]!.mask)
    expect(pixelAt(mask, 90, 90)).toEqual([255, 255, 255, 255])
    expect(pixelAt(mask, 147, 90)).toEqual([0, 0, 0, 255])
  })

  describe('a scribble as the first gesture', () => {
    async function scribble({ page }: WindowPage, { x, y, width, height }: Rect): Promise<void> {
      await page.keyboard.down('Shift')
      await page.mouse.move(x + 0.25 * width, y + 0.4 * height)
      await page.mouse.down()
      await page.mouse.move(x + 0.75 * width, y + 0.45 * height, { steps: 5 })
      await page.mouse.move(x + 0.3 * width, y + 0.65 * height, { steps: 5 })
      await page.mouse.up()
      await page.keyboard.up('Shift')
    }

    test('marks the thing that it lies on, to its edge', async () => {
      const { scene, document, infill, disc } = await setUp()
      await scribble(infill, disc)
      await foundLine(infill).waitFor()
      await waitForNoRed(infill)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
      const mask = await decode(document.document.value.fills[0]!.mask)
      const { x, y, width, height } = scene.discs[0]!
      expect(pixelAt(mask, x + 2, y + (height - 1) / 2)).toEqual([255, 255, 255, 255])
      expect(pixelAt(mask, x + width - 3, y + (height - 1) / 2)).toEqual([255, 255, 255, 255])
      expect(pixelAt(mask, x - 14, y - 14)).toEqual([0, 0, 0, 255])
    })

    test('removes it with that gesture where it is set so', async () => {
      const { document, infill, disc } = await setUp({ settings: { removeAtOnce: true } })
      await scribble(infill, disc)
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })

    describe.each(['light', 'dark'] as const)('in %s', (theme) => {
      test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
        const { infill, disc } = await setUp({ theme, widthPx })
        const { page } = infill
        await page.keyboard.down('Shift')
        await page.mouse.move(disc.x + 0.2 * disc.width, disc.y + 0.3 * disc.height)
        await page.mouse.down()
        await page.mouse.move(disc.x + 0.8 * disc.width, disc.y + 0.6 * disc.height, { steps: 6 })
        await expectNoFaults(infill, `${theme}-${widthPx}-scribble`)
        await page.mouse.up()
        await page.keyboard.up('Shift')
      })
    })
  })

  test('says what to do where nothing is found', async () => {
    const { infill, disc } = await setUp({ scene: await buttonOnCard() })
    const scale = disc.width / 44
    // A corner of the picture that is as white as all round it.
    await dragOver(infill, {
      ...{ x: disc.x - 92 * scale, y: disc.y - 74 * scale },
      ...{ width: 42 * scale, height: 28 * scale },
    })
    await infill.window.getByText('Nothing was found there. Drag a box round it, or paint over it.').waitFor()
    expect(await button(infill, 'Remove').isDisabled()).toBe(true)
  })

  test('a box is given up with Escape', async () => {
    const { infill, disc } = await setUp()
    await infill.page.mouse.move(disc.x, disc.y)
    await infill.page.mouse.down()
    await infill.page.mouse.move(disc.x + 40, disc.y + 40, { steps: 3 })
    await infill.page.keyboard.press('Escape')
    await infill.page.mouse.up()
    expect(await button(infill, 'Remove').isDisabled()).toBe(true)
    await infill.window.getByText('Click the thing').waitFor()
  })

  test('where a model is installed, a click marks what that sees', async () => {
    // Stand-ins with the inputs and outputs of the published networks.
    const open = (means: SelectMeans) => openSam({ ...means, files: standInFiles })
    const companion = await startTestCompanion({ engines, selectors: [{ ...sam, models: [], open }] })
    const { width, height } = await referencePicture()
    const bytes = new Uint8Array(readFileSync(segmentPath('small', 'image.png')))
    const document = openPictureDocument(
      { bytes, widthPx: width, heightPx: height },
      { token: companion.token, settings: { tool: 'point' } },
    )
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port })
    await infill.window.getByText('Click the thing').waitFor()
    const [at] = referencePrompt('one-click').points
    const stage = (await infill.window.locator('.canvas').boundingBox())!
    const scale = Math.min((stage.width - 32) / width, (stage.height - 32) / height, 2)
    await infill.page.mouse.click(
      stage.x + stage.width / 2 + (at!.x + 0.5 - width / 2) * scale,
      stage.y + stage.height / 2 + (at!.y + 0.5 - height / 2) * scale,
    )
    await foundLine(infill).waitFor(patience)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    const found = await decode(document.document.value.fills[0]!.mask)
    const expected = await referenceMask('one-click', { width, height })
    const isFound = (pixel: number) => found.data[4 * pixel] === 255
    const agreeing = expected.data.filter((value, pixel) => (value === 255) === isFound(pixel)).length
    // Its outline, ragged as that of a stand-in is, is laid along the picture's own pixels.
    expect(agreeing / expected.data.length).toBeGreaterThan(0.8)
    expect(expected.data.includes(0) && expected.data.includes(255)).toBe(true)
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

/** A red disc, and a dark bar beside it, on the ground of a photograph. */
async function discBesideBar(): Promise<Scene> {
  const disc = { x: 64, y: 64, width: 53, height: 53 }
  const bar = { x: 124, y: 66, width: 46, height: 48 }
  const image = paintImage(240, 180, (x, y) => {
    if (Math.hypot(x - 90, y - 90) <= 26) return [216, 40, 44, 255]
    const weave = (x + 2 * y) % 4 < 2 ? 14 : 0
    return isIn(bar, x, y) ? [30 + weave, 30, 80, 255] : [70 + weave, 130 + weave, 150 + weave, 255]
  })
  return { image, png: await pngOf(image), discs: [disc] }
}

function isIn(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height
}

function foundLine({ window }: WindowPage): Locator {
  return window.getByText('Shift adds, Alt takes away.')
}

async function dragOver({ page }: WindowPage, { x, y, width, height }: Rect): Promise<void> {
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + width, y + height, { steps: 5 })
  await page.mouse.up()
}

async function clickMiddle({ page }: WindowPage, { x, y, width, height }: Rect): Promise<void> {
  await page.mouse.click(x + width / 2, y + height / 2)
}
