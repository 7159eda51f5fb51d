import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import type { Expansion, Source } from '../../plugin/messages.ts'
import { findFaults } from '../support/accessibility.ts'
import { pixelAt } from '../support/assert-image.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { decode } from '../support/fake-figma/index.ts'
import { button, openWindows } from '../support/open-windows.ts'
import { patience, waitForRed } from '../support/painting.ts'
import { createScene } from '../support/scene.ts'
import { type OpenDocument, openDocument } from '../support/stand-in.ts'
import { stubFill } from '../support/stub-engine.ts'
import type { WindowPage, WindowPageOptions } from '../support/window-page.ts'

type Possible = Extract<Expansion, { state: 'possible' }>
type TestCompanion = Awaited<ReturnType<typeof startTestCompanion>>

/** The layer shows all of the picture of 240 × 180 px, at half its size. */
const halfSize: Possible = {
  state: 'possible',
  box: { x: 0, y: 0, width: 240, height: 180 },
  width: 120,
  height: 90,
  toFrame: { top: 0, right: 12, bottom: 9, left: 6 },
  maxSidePx: 4096,
  placement: 'patch',
}

describeInBrowser('expanding in the window', (browser) => {
  const openInfill = openWindows(browser)

  async function open({
    expansion = halfSize,
    placement = 'patch',
    companion,
    ...options
  }: Partial<WindowPageOptions> & {
    readonly expansion?: Expansion
    readonly placement?: Source['placement']
    readonly companion?: TestCompanion
  } = {}): Promise<{ document: OpenDocument; infill: WindowPage; companion: TestCompanion }> {
    const started = companion ?? (await startTestCompanion())
    const source = { expansion, placement }
    const document = openDocument(await createScene(), { token: started.token, source })
    const infill = await openInfill({
      sandbox: document.sandbox,
      port: started.port,
      ...options,
    })
    await waitForRed(infill)
    await infill.window.getByText('Expand', { exact: true }).click()
    await field(infill, 'Top').waitFor()
    return { document, infill, companion: started }
  }

  test('fills margins of their own width on each side, and nothing of the picture beyond a seam', async () => {
    const { document, infill, companion } = await open()
    expect(await button(infill, 'Expand').isDisabled()).toBe(true)
    await field(infill, 'Top').fill('10')
    await field(infill, 'Left').fill('20')
    await field(infill, 'Right').fill('5')
    await button(infill, 'Expand').click()

    const fill = await placedFill(document)
    const margins = { top: 10, right: 5, bottom: 0, left: 20 }
    expect(fill).toMatchObject({ margins, placement: 'patch', recipe: { task: 'expand', margins } })
    const patch = await decode(fill.png)
    expect([patch.width, patch.height]).toEqual([40 + 240 + 10, 20 + 180])
    const { seed } = companion.engine.fills[0]!.settings
    const filled = [stubFill.red, stubFill.green, seed & 0xff, stubFill.alpha]
    expect(pixelAt(patch, 39, 199)).toEqual(filled)
    expect(pixelAt(patch, 289, 0)).toEqual(filled)
    const [middleX, middleY] = [40 + 120, 20 + 90]
    expect(pixelAt(patch, middleX, middleY)[3]).toBe(0)
    expect(pixelAt(patch, 40 + 2, middleY)[3]).toBeGreaterThan(0)
    expect(pixelAt(patch, 40 + 3, middleY)[3]).toBe(0)
  })

  test('goes on to a ratio, the same on both sides, and shows the canvas before it runs', async () => {
    const { document, infill } = await open()
    const before = await waitForRed(infill)
    await infill.window.getByRole('combobox', { name: 'Ratio' }).selectOption({ label: '1:1' })
    expect(await valuesOf(infill)).toEqual(['15', '0', '15', '0'])
    await expect.poll(async () => (await waitForRed(infill)).width, patience).toBeLessThan(before.width)
    await infill.window.getByRole('combobox', { name: 'Ratio' }).selectOption({ label: '16:9' })
    expect(await valuesOf(infill)).toEqual(['0', '20', '0', '20'])
    await button(infill, 'Expand').click()
    expect((await placedFill(document)).margins).toEqual({ top: 0, right: 20, bottom: 0, left: 20 })
  })

  test('needs no mouse', async () => {
    const { document, infill } = await open()
    await field(infill, 'Top').focus()
    await infill.page.keyboard.press('Tab')
    await infill.page.keyboard.type('7')
    await infill.page.keyboard.press('ArrowUp')
    await infill.page.keyboard.press('Tab')
    await infill.page.keyboard.type('2.5')
    await infill.page.keyboard.press('Enter')
    expect((await placedFill(document)).margins).toEqual({ top: 0, right: 8, bottom: 2.5, left: 0 })
  })

  test('keeps a margin whose field is left empty', async () => {
    const { infill } = await open()
    await field(infill, 'Left').fill('9')
    await field(infill, 'Left').fill('')
    await field(infill, 'Top').focus()
    expect(await valuesOf(infill)).toEqual(['0', '0', '0', '9'])
  })

  test('shows the new canvas before it runs, and what it became afterwards', async () => {
    const { document, infill } = await open()
    const narrow = await waitForRed(infill)
    expect(await shareOfMarks(infill)).toBe(0)
    await field(infill, 'Left').fill('40')
    await field(infill, 'Right').fill('40')
    await expect.poll(() => shareOfMarks(infill), patience).toBeGreaterThan(0.1)
    // The picture makes room for its margins.
    expect((await waitForRed(infill)).width).toBeLessThan(narrow.width)
    await button(infill, 'Expand').click()
    await placedFill(document)
    await expect.poll(() => shareOfMarks(infill), patience).toBe(0)
  })

  test('fills the frame around the layer', async () => {
    const { document, infill } = await open()
    await button(infill, 'Fill the frame').click()
    expect(await valuesOf(infill)).toEqual(['0', '12', '9', '6'])
    await button(infill, 'Expand').click()
    expect((await placedFill(document)).margins).toEqual(halfSize.toFrame)
  })

  test('again takes the place of what it made before, and Undo brings that back', async () => {
    const { document, infill } = await open()
    await field(infill, 'Left').fill('10')
    await button(infill, 'Expand').click()
    const first = await placedFill(document)
    await field(infill, 'Left').fill('20')
    await button(infill, 'Expand').click()
    await expect.poll(() => document.document.value.fills[0]?.margins?.left, patience).toBe(20)
    expect(document.document.value.fills).toHaveLength(1)
    await expect.poll(() => button(infill, 'Undo').isEnabled(), patience).toBe(true)
    await button(infill, 'Undo').click()
    await expect.poll(() => document.document.value.fills[0]?.hash, patience).toBe(first.hash)
    await button(infill, 'Undo').click()
    await expect.poll(() => document.document.value.fills.length, patience).toBe(0)
  })

  test('keeps the marks for the next removal, and a removal leaves the margins alone', async () => {
    const { document, infill } = await open()
    await field(infill, 'Left').fill('10')
    await button(infill, 'Expand').click()
    await placedFill(document)
    await infill.window.getByText('Remove', { exact: true }).first().click()
    const red = await waitForRed(infill)
    await infill.page.mouse.click(red.x + red.width / 2, red.y + red.height / 2)
    await infill.window.getByText('Expand', { exact: true }).click()
    await infill.window.getByText('Remove', { exact: true }).first().click()
    await button(infill, 'Remove').click()
    await expect.poll(() => document.document.value.fills.length, patience).toBe(2)
    const [expanded, removed] = document.document.value.fills
    expect([expanded!.margins?.left, removed!.margins]).toEqual([10, null])
    expect(await sizeOf(removed!.png)).toEqual([240, 180])
  })

  test('takes up what the layer cuts off, in a finished copy', async () => {
    const cropped = { ...halfSize, box: { x: 40, y: 0, width: 160, height: 180 }, width: 80 }
    const { document, infill } = await open({ expansion: cropped })
    await field(infill, 'Left').fill('30')
    await button(infill, 'Expand').click()
    const fill = await placedFill(document)
    expect(fill.placement).toBe('finished')
    const scene = await createScene()
    const copy = await decode(fill.png)
    // 20 px of the margin are new, the other 40 are the picture's own.
    expect([copy.width, copy.height]).toEqual([60 + 160, 180])
    expect(pixelAt(copy, 20 + 8, 50)).toEqual(pixelAt(scene.image, 8, 50))
    expect(pixelAt(copy, 10, 50)[0]).toBe(stubFill.red)
  })

  test('makes a finished copy that hides its picture: that copy is the one to remove from', async () => {
    const { document, infill } = await open({ expansion: { ...halfSize, placement: 'finished' } })
    await field(infill, 'Left').fill('10')
    await button(infill, 'Expand').click()
    expect((await placedFill(document)).placement).toBe('finished')
    await infill.window.getByText('Remove', { exact: true }).first().click()
    await infill.window.getByText('An expanded copy hides this picture.').waitFor()
  })

  describe('says why not', () => {
    test('when the layer cannot be expanded', async () => {
      const message = '“Hero” is not a rectangle.'
      const { infill } = await open({ expansion: { state: 'impossible', message } })
      await infill.window.getByText(message).waitFor()
      expect(await field(infill, 'Top').isDisabled()).toBe(true)
      expect(await button(infill, 'Expand').isDisabled()).toBe(true)
    })

    test('when the canvas would be too large for Figma', async () => {
      const { infill } = await open({ expansion: { ...halfSize, maxSidePx: 300 } })
      await field(infill, 'Left').fill('31')
      await infill.window.getByText('more than 300 pixels long').waitFor()
      expect(await button(infill, 'Expand').isDisabled()).toBe(true)
    })

    test('when the margins show nothing but what the layer cuts off', async () => {
      const cropped = { ...halfSize, box: { x: 40, y: 0, width: 160, height: 180 }, width: 80 }
      const { infill } = await open({ expansion: cropped })
      await field(infill, 'Left').fill('10')
      await infill.window.getByText('nothing has to be filled').waitFor()
      expect(await button(infill, 'Expand').isDisabled()).toBe(true)
    })

    test('when the engine continues a picture less far, and the margins are kept', async () => {
      const companion = await startTestCompanion({ engines })
      const { document, infill } = await open({ companion })
      await field(infill, 'Left').fill('48')
      await button(infill, 'Expand').click()
      const refusal = 'continues a picture by at most 25 % of its side, and 40 % are asked for on the left'
      await infill.window.getByRole('alert').getByText(refusal).waitFor(patience)
      expect(await valuesOf(infill)).toEqual(['0', '0', '0', '48'])
      expect(document.document.value.fills).toEqual([])
    })
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const { document, infill, companion } = await open({ theme, widthPx })
      const expectNoFaults = async (name: string) => {
        await infill.screenshot(`${theme}-${widthPx}-expand-${name}`)
        expect(await findFaults(infill.page.frames()[1]!), name).toEqual([])
      }
      await expectNoFaults('start')
      await field(infill, 'Left').fill('14.25')
      await field(infill, 'Bottom').fill('20')
      await expectNoFaults('margins')
      companion.engine.block()
      await button(infill, 'Expand').click()
      await infill.window.getByText('Expanding…').waitFor()
      await expectNoFaults('running')
      companion.engine.release()
      await placedFill(document)
      await button(infill, 'Expand').waitFor()
      await expectNoFaults('done')
    })
  })
})

function field({ window }: WindowPage, name: string): Locator {
  return window.getByRole('spinbutton', { name, exact: true })
}

async function valuesOf(infill: WindowPage): Promise<readonly string[]> {
  return Promise.all(['Top', 'Right', 'Bottom', 'Left'].map((name) => field(infill, name).inputValue()))
}

async function placedFill({ document }: OpenDocument) {
  await expect.poll(() => document.value.fills.length, patience).toBe(1)
  return document.value.fills[0]!
}

async function sizeOf(png: Uint8Array): Promise<readonly number[]> {
  const { width, height } = await decode(png)
  return [width, height]
}

/** How much of the window is in the colour of what will be filled, 0 to 1. */
async function shareOfMarks({ page, frame }: WindowPage): Promise<number> {
  const { data } = await decode(await page.screenshot({ clip: (await frame.boundingBox())! }))
  let marked = 0
  for (let at = 0; at < data.length; at += 4) {
    // Lighter and redder than anything that the stub engine paints, whatever its seed.
    if (data[at]! > 235 && data[at + 1]! < 150 && data[at + 2]! > 190) marked += 1
  }
  return marked / (data.length / 4)
}
