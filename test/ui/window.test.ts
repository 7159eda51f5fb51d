import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import type { Image } from '../../companion/image/image.ts'
import type { Rect } from '../../companion/protocol.ts'
import type { Source } from '../../plugin/messages.ts'
import { pixelAt } from '../support/assert-image.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { watchConnections } from '../support/connections.ts'
import { decode } from '../support/fake-figma/index.ts'
import { button, expectEnabled, expectNoFaults, openWindows, waitForFills } from '../support/open-windows.ts'
import { paintOver, paintOverRed, patience, seeRed, waitForNoRed, waitForRed } from '../support/painting.ts'
import { createScene, type Scene } from '../support/scene.ts'
import { type OpenDocument, openDocument } from '../support/stand-in.ts'
import { stubFill } from '../support/stub-engine.ts'
import type { WindowPage, WindowPageOptions } from '../support/window-page.ts'

type TestCompanion = Awaited<ReturnType<typeof startTestCompanion>>

describeInBrowser('the window', (browser) => {
  const openInfill = openWindows(browser)

  function open(document: OpenDocument, options: Partial<WindowPageOptions> = {}): Promise<WindowPage> {
    return openInfill({ sandbox: document.sandbox, ...options })
  }

  /** A companion that knows this window, and the picture of red discs in front of the person. */
  async function openPicture(
    options: Partial<WindowPageOptions> & { readonly discs?: number; readonly source?: Partial<Source> } = {},
  ): Promise<OpenPicture> {
    const companion = await startTestCompanion()
    const scene = await createScene(options.discs)
    const document = openDocument(scene, { token: companion.token, source: options.source ?? {} })
    const infill = await open(document, { port: companion.port, ...options })
    await waitForRed(infill)
    return { companion, scene, document, infill }
  }

  describe('finds the companion', () => {
    test('only after a click where the browser would ask, then pairs by the code, once', async () => {
      const companion = await startTestCompanion()
      const document = openDocument(await createScene())
      const infill = await open(document, { port: companion.port, localNetwork: 'prompt' })
      const looks: string[] = []
      infill.page.on('request', (request) => looks.push(request.url()))
      await button(infill, 'Connect').waitFor()
      expect(looks).toEqual([])

      await button(infill, 'Connect').click()
      await codeField(infill).pressSequentially(wrongCode(companion))
      await infill.window.getByText('That is not the code. 4 tries left.').waitFor()
      await codeField(infill).pressSequentially(companion.code)
      await waitForRed(infill)

      await waitForRed(await open(document, { port: companion.port }))
    })

    test('says how to start it, and goes on by itself when it has started', async () => {
      const { port, dataFolder, stop } = await startTestCompanion()
      await stop()
      const infill = await open(openDocument(await createScene()), { port })
      await infill.window.getByRole('heading', { name: 'Start the companion' }).waitFor()
      expect(await infill.window.getByText('npm start').isVisible()).toBe(true)
      await startTestCompanion({ ports: [port], dataFolder })
      await codeField(infill).waitFor()
    })

    test('tells a browser that blocks it from a companion that does not run', async () => {
      const { port, stop } = await startTestCompanion()
      await stop()
      const infill = await open(openDocument(await createScene()), { port, localNetwork: 'denied' })
      await infill.window.getByRole('heading', { name: 'The browser blocks the companion' }).waitFor()
    })

    test('says how long pairing is locked after five wrong codes', async () => {
      const companion = await startTestCompanion()
      const infill = await open(openDocument(await createScene()), { port: companion.port })
      for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
        await codeField(infill).pressSequentially(wrongCode(companion))
        await infill.window.getByText(`That is not the code. ${left} left.`).waitFor()
      }
      // The fifth is still told that it is wrong; the next one that pairing is locked.
      await codeField(infill).pressSequentially(wrongCode(companion))
      await infill.window.getByText('That is not the code.', { exact: true }).waitFor()
      await codeField(infill).pressSequentially(wrongCode(companion))
      await infill.window.getByText(/Too many wrong codes\. Try again in \d+ (s|min)\./).waitFor()
      expect(await codeField(infill).isDisabled()).toBe(true)
    })
  })

  describe('removes', () => {
    test('what was painted over, and nothing else', async () => {
      const { companion, scene, document, infill } = await openPicture()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)

      const fill = document.document.value.fills[0]!
      const [patch, mask] = [await decode(fill.png), await decode(fill.mask)]
      const { x, y } = middleOf(scene.discs[0]!)
      const blue = companion.engine.fills[0]!.settings.seed & 0xff
      expect(pixelAt(patch, x, y)).toEqual([stubFill.red, stubFill.green, blue, stubFill.alpha])
      expect([mask.width, mask.height]).toEqual([scene.image.width, scene.image.height])
      expect(pixelAt(mask, x, y)).toEqual([255, 255, 255, 255])
      // The brush reaches about 11 pixels of the picture beyond the disc, the patch's edge a few more.
      expect(highestAlphaBeyond(patch, { x, y, radiusPx: 60 })).toBe(0)
    })

    test('what a single click marked', async () => {
      const { scene, document, infill } = await openPicture()
      const { x, y, width, height } = await waitForRed(infill)
      await infill.page.mouse.click(x + width / 2, y + height / 2)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      const mask = await decode(document.document.value.fills[0]!.mask)
      const middle = middleOf(scene.discs[0]!)
      expect(pixelAt(mask, middle.x, middle.y)).toEqual([255, 255, 255, 255])
      expect(pixelAt(mask, middle.x + 20, middle.y)).toEqual([0, 0, 0, 255])
    })

    test('says how far it is, and stops in the middle when told to', async () => {
      const { companion, document, infill } = await openPicture()
      companion.engine.block()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await companion.engine.blocked()
      await infill.window.getByText('Removing…').waitFor()
      await infill.window.locator('[role=progressbar][aria-valuenow="50"]').waitFor()
      await infill.window.getByText('about 1 s left').waitFor()

      await button(infill, 'Cancel').click()
      await button(infill, 'Remove').waitFor()
      await expect.poll(() => companion.engine.cancelled, patience).toBe(1)
      expect(document.document.value.fills).toEqual([])

      companion.engine.release()
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })

    test('the next thing without bringing back the first, on the same layer', async () => {
      const { scene, document, infill } = await openPicture({ discs: 2 })
      const first = await waitForRed(infill)
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await expect
        .poll(async () => (await seeRed(infill))?.x, patience)
        .toBeGreaterThan(first.x + first.width)
      const { hash } = document.document.value.fills[0]!
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await expect.poll(() => document.document.value.fills[0]!.hash, patience).not.toBe(hash)

      expect(document.document.value.fills.length).toBe(1)
      const patch = await decode(document.document.value.fills[0]!.png)
      for (const { x, y } of scene.discs.map(middleOf)) {
        expect(pixelAt(patch, x, y).slice(0, 2)).toEqual([stubFill.red, stubFill.green])
      }
      await waitForNoRed(infill)
    })

    test('takes the fill back again with Undo, and brings back the marks', async () => {
      const { document, infill } = await openPicture()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
      await button(infill, 'Undo').click()
      await waitForFills(document, 0)
      await expectEnabled(button(infill, 'Remove'))
      await button(infill, 'Undo').click()
      await waitForRed(infill)
    })

    test('asks before it places, when that is how it is set', async () => {
      const { document, infill } = await openPicture()
      await button(infill, 'Settings').click()
      await infill.window.getByRole('checkbox', { name: /^Place at once/ }).uncheck()
      await button(infill, 'Settings').click()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await button(infill, 'Discard').click()
      // The marks are still there.
      await button(infill, 'Remove').click()
      await button(infill, 'Place').waitFor()
      expect(document.document.value.fills).toEqual([])
      await button(infill, 'Place').click()
      await waitForFills(document, 1)
      await expect.poll(() => document.settings.placeAtOnce, patience).toBe(false)
    })

    test('asks before the first fill is placed where it has further effects', async () => {
      const warning = 'The fill will show in all instances.'
      const { document, infill } = await openPicture({ discs: 2, source: { warning } })
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await infill.window.getByText(warning).waitFor()
      expect(document.document.value.fills).toEqual([])
      await button(infill, 'Place').click()
      await waitForFills(document, 1)

      const { hash } = document.document.value.fills[0]!
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await expect.poll(() => document.document.value.fills[0]!.hash, patience).not.toBe(hash)
    })

    test('keeps a fill that cannot be placed', async () => {
      const { companion, document, infill } = await openPicture()
      companion.engine.block()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await companion.engine.blocked()
      document.document.change({ picture: null, fills: [] })
      companion.engine.release()
      await infill.window.getByRole('alert').getByText('The fill is kept.').waitFor()
      document.document.undo()
      await button(infill, 'Try again').click()
      await waitForFills(document, 1)
    })

    test('fetches what its last window was closed over', async () => {
      const { companion, document, infill } = await openPicture()
      companion.engine.block()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await companion.engine.blocked()
      await infill.close()
      const again = await open(document, { port: companion.port })
      await button(again, 'Cancel').waitFor()
      companion.engine.release()
      await waitForFills(document, 1)
      await waitForNoRed(again)
    })

    test('finds its job again when the connection was lost in the middle', async () => {
      const companion = await startTestCompanion()
      const breakConnections = watchConnections(companion.port)
      const document = openDocument(await createScene(), { token: companion.token })
      const infill = await open(document, { port: companion.port })
      companion.engine.block()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await companion.engine.blocked()
      await infill.window.getByText('Removing…').waitFor()
      const reconnected = infill.page.waitForEvent('websocket')
      breakConnections()
      await reconnected
      companion.engine.release()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
      expect(companion.engine.fills.length).toBe(1)
    })

    test('keeps the marks while the companion is stopped and started again', async () => {
      const { companion, document, infill } = await openPicture()
      await paintOverRed(infill)
      await companion.stop()
      await infill.window
        .getByText('The companion has stopped. Start it again: your marks are kept.')
        .waitFor()
      expect(await button(infill, 'Remove').isDisabled()).toBe(true)
      await button(infill, 'Copy: npm start').click()
      await infill.window.getByText('Copied').waitFor()
      const restarted = await startTestCompanion({
        ports: [companion.port],
        dataFolder: companion.dataFolder,
      })
      // The page's token was only good for the companion that is gone.
      await codeField(infill).pressSequentially(restarted.code)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })

    test('says what the engine has to say when it fails, and keeps the marks', async () => {
      const { companion, document, infill } = await openPicture()
      companion.engine.failWith(new Error('a bug'))
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await infill.window.getByRole('alert').waitFor()
      companion.engine.failWith(null)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })
  })

  describe('obeys the keyboard', () => {
    test('[ and ] change the brush, in the settings too', async () => {
      const { document, infill } = await openPicture()
      const slider = infill.window.getByRole('slider', { name: 'Brush size' })
      const before = Number(await slider.inputValue())
      await infill.page.mouse.click(240, 300)
      await infill.page.keyboard.press(']')
      await expect.poll(async () => Number(await slider.inputValue()), patience).toBeGreaterThan(before)
      await infill.page.keyboard.press('[')
      await infill.page.keyboard.press('[')
      await expect.poll(async () => Number(await slider.inputValue()), patience).toBeLessThan(before)
      const after = Number(await slider.inputValue())
      await expect.poll(() => document.settings.brushPx, patience).toBe(after)
    })

    test('Enter removes, Escape stops', async () => {
      const { companion, document, infill } = await openPicture()
      companion.engine.block()
      await paintOverRed(infill)
      await infill.page.keyboard.press('Enter')
      await companion.engine.blocked()
      await button(infill, 'Cancel').waitFor()
      await infill.page.keyboard.press('Escape')
      await button(infill, 'Remove').waitFor()
      companion.engine.release()
      await infill.page.keyboard.press('Enter')
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })

    test('Ctrl+Z takes a stroke back, Shift+Ctrl+Z brings it again', async () => {
      const { infill } = await openPicture()
      await paintOverRed(infill)
      await expectEnabled(button(infill, 'Remove'))
      await infill.page.keyboard.press('Control+z')
      await expectDisabled(button(infill, 'Remove'))
      await infill.page.keyboard.press('Control+Shift+z')
      await expectEnabled(button(infill, 'Remove'))
      await button(infill, 'Clear marks').click()
      await expectDisabled(button(infill, 'Remove'))
      await infill.page.keyboard.press('Control+z')
      await expectEnabled(button(infill, 'Remove'))
    })

    test('Alt erases marks while it is held', async () => {
      const { infill } = await openPicture()
      const disc = await waitForRed(infill)
      await infill.page.mouse.click(disc.x + disc.width / 2, disc.y + disc.height / 2)
      await expectEnabled(button(infill, 'Remove'))
      await infill.page.keyboard.down('Alt')
      await paintOver(infill.page, disc)
      await infill.page.keyboard.up('Alt')
      await button(infill, 'Remove').click()
      await infill.window.getByText('Nothing is marked. Paint over what should go.').waitFor()
    })

    test('Space drags the picture instead of painting', async () => {
      const { infill } = await openPicture()
      const fitted = await waitForRed(infill)
      await infill.page.mouse.click(5, 300)
      await button(infill, 'Clear marks').click()
      for (const _ of [1, 2, 3]) await button(infill, 'Zoom in').click()
      await expect
        .poll(async () => (await seeRed(infill))?.width, patience)
        .toBeGreaterThan(1.5 * fitted.width)
      const zoomed = await waitForRed(infill)
      await infill.page.mouse.move(240, 300)
      await infill.page.keyboard.down(' ')
      await infill.page.mouse.down()
      await infill.page.mouse.move(210, 300, { steps: 3 })
      await infill.page.mouse.up()
      await infill.page.keyboard.up(' ')
      await expect.poll(async () => (await seeRed(infill))?.x, patience).toBe(zoomed.x - 30)
      await expectDisabled(button(infill, 'Remove'))
      await infill.page.keyboard.press('0')
      await expect.poll(async () => (await seeRed(infill))?.width, patience).toBeLessThan(fitted.width + 2)
    })

    test('B shows the original while it is held', async () => {
      const { document, infill } = await openPicture()
      await paintOverRed(infill)
      await infill.page.keyboard.press('Enter')
      await waitForFills(document, 1)
      await waitForNoRed(infill)
      await infill.page.keyboard.down('b')
      await waitForRed(infill)
      await infill.page.keyboard.up('b')
      await waitForNoRed(infill)
    })
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    describe.each([320, 420, 900])('at %i px', (widthPx) => {
      const look = (infill: WindowPage, state: string) =>
        expectNoFaults(infill, `${theme}-${widthPx}-${state}`)

      test('can be read by everyone, from the first look to a placed fill', async () => {
        const { companion, document, infill } = await openPicture({ theme, widthPx })
        await look(infill, 'picture')
        companion.engine.block()
        await paintOverRed(infill)
        await button(infill, 'Remove').click()
        await companion.engine.blocked()
        await look(infill, 'removing')
        companion.engine.release()
        await waitForFills(document, 1)
        await button(infill, 'Remove').waitFor()
        await look(infill, 'removed')
      })

      test('can be read by everyone before it is connected', async () => {
        const companion = await startTestCompanion()
        const { port } = companion
        const document = openDocument(await createScene())
        const infill = await open(document, { port, theme, widthPx, localNetwork: 'prompt' })
        await button(infill, 'Connect').waitFor()
        await look(infill, 'connect')
        await button(infill, 'Connect').click()
        await codeField(infill).waitFor()
        await look(infill, 'pairing')
        await codeField(infill).pressSequentially(wrongCode(companion))
        await infill.window.getByText('That is not the code.').waitFor()
        await look(infill, 'pairing-wrong')
        await companion.stop()
        const lost = await open(document, { port, theme, widthPx })
        await lost.window.getByRole('heading', { name: 'Start the companion' }).waitFor()
        await look(lost, 'start')
      })

      test('can be read by everyone while a fill waits to be placed, and when it cannot be', async () => {
        const warning = 'This belongs to a main component: the fill will show in all its instances.'
        const { document, infill } = await openPicture({ theme, widthPx, source: { warning } })
        await paintOverRed(infill)
        await button(infill, 'Remove').click()
        await infill.window.getByText(warning).waitFor()
        await look(infill, 'review')
        document.document.change({ picture: null, fills: [] })
        await button(infill, 'Place').click()
        await infill.window.getByRole('alert').getByText('The fill is kept.').waitFor()
        await look(infill, 'not-placed')
      })

      test('can be read by everyone where nothing is selected, and when the companion has stopped', async () => {
        const { companion, infill } = await openPicture({ theme, widthPx })
        await paintOverRed(infill)
        await companion.stop()
        await infill.window.getByText('The companion has stopped.').waitFor()
        await look(infill, 'stopped')
        const { port, token } = await startTestCompanion()
        const empty = openDocument(await createScene(), { token })
        empty.document.change({ picture: null, fills: [] })
        const nothing = await open(empty, { port, theme, widthPx })
        await nothing.window.getByRole('heading', { name: 'Select a picture' }).waitFor()
        await look(nothing, 'nothing-selected')
      })
    })
  })

  test('removes with the embedded engine under the manifest’s content policy', async () => {
    const companion = await startTestCompanion({ engines })
    const document = openDocument(await createScene(), { token: companion.token })
    const infill = await open(document, { port: companion.port })
    await paintOverRed(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 1)
    await waitForNoRed(infill)
    expect(document.document.value.fills[0]!.recipe.engine).toBe('patchmatch')
  })
})

interface OpenPicture {
  readonly companion: TestCompanion
  readonly scene: Scene
  readonly document: OpenDocument
  readonly infill: WindowPage
}

function codeField({ window }: WindowPage): Locator {
  return window.getByRole('textbox', { name: 'Pairing code' })
}

function wrongCode({ code }: TestCompanion): string {
  return code === '000000' ? '000001' : '000000'
}

function middleOf({ x, y, width, height }: Rect): { readonly x: number; readonly y: number } {
  return { x: x + (width - 1) / 2, y: y + (height - 1) / 2 }
}

function highestAlphaBeyond(
  { width, data }: Image,
  { x, y, radiusPx }: { readonly x: number; readonly y: number; readonly radiusPx: number },
): number {
  let highest = 0
  for (let at = 3; at < data.length; at += 4) {
    const pixel = (at - 3) / 4
    const isBeyond = Math.hypot((pixel % width) - x, Math.floor(pixel / width) - y) > radiusPx
    if (isBeyond) highest = Math.max(highest, data[at]!)
  }
  return highest
}

async function expectDisabled(control: Locator): Promise<void> {
  await expect.poll(() => control.isDisabled(), patience).toBe(true)
}
