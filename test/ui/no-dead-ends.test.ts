import { describe, expect, onTestFinished, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import { lama } from '../../companion/engines/lama/index.ts'
import { silentLog } from '../../companion/log.ts'
import { OnnxRuntime, type Runtime } from '../../companion/runtime/session.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { Client } from '../support/client.ts'
import { startTestCompanion } from '../support/companion.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { pngOf } from '../support/encoded.ts'
import { paintImage, rectMask } from '../support/images.ts'
import { button, expectEnabled, expectNoFaults, openWindows, waitForFills } from '../support/open-windows.ts'
import { paintOver, paintOverRed, patience, waitForNoRed, waitForRed } from '../support/painting.ts'
import { createScene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import { installTinyLama, tinyLamaModel } from '../support/tiny-lama.ts'
import type { WindowPageOptions } from '../support/window-page.ts'
import { startScriptedCompanion } from './scripted-companion.ts'

type Look = Partial<WindowPageOptions>

describeInBrowser('no state is a dead end', (browser) => {
  const openInfill = openWindows(browser)

  /** A red disc before a person who works with `companion`. */
  async function openScene(companion: { readonly port: number; readonly token?: string }, look: Look = {}) {
    const { token } = companion
    const document = openDocument(await createScene(), token === undefined ? {} : { token })
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port, ...look })
    return { document, infill }
  }

  describe('out of memory', () => {
    /** LaMa, as small as can be, on a machine that has no memory left until `free`. */
    async function runOut(look?: Look) {
      const onnx = new OnnxRuntime({ device: 'cpu', log: silentLog })
      onTestFinished(() => onnx.unload())
      let budgetBytes = 0
      const runtime: Runtime = {
        load: onnx.load.bind(onnx),
        unload: onnx.unload.bind(onnx),
        outlook: async () => ({ kind: 'cpu', budgetBytes }),
        peakBytes: 0,
      }
      const dataFolder = temporaryFolder()
      await installTinyLama(dataFolder)
      const store = { models: [tinyLamaModel], environment: {} }
      const companion = await startTestCompanion({ dataFolder, engines: [lama], runtime, store })
      const opened = await openScene(companion, look)
      await paintOverRed(opened.infill)
      await button(opened.infill, look?.language === 'zh-CN' ? '去除' : 'Remove').click()
      const alert = opened.infill.window.getByRole('alert')
      await alert.waitFor(patience)
      const free = () => {
        budgetBytes = Number.POSITIVE_INFINITY
      }
      return { ...opened, alert, free }
    }

    test('says what was tried and what to do, keeps the marks, and works once there is memory', async () => {
      const { document, infill, alert, free } = await runOut()
      const said = await alert.innerText()
      expect(said).toContain('too little memory for the fill, even when all else was unloaded')
      expect(said).toMatch(/then the fill was computed at \d\d % of its size/)
      expect(said).toContain('Close other programs, or mark less.')
      expect(document.document.value.fills).toEqual([])
      free()
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
      expect(await alert.count()).toBe(0)
    })

    test('says so in Chinese as well, to the last word', async () => {
      const { alert } = await runOut({ language: 'zh-CN' })
      const said = await alert.innerText()
      expect(said).toContain('内存不足，无法完成填充，已经尝试过：卸载了其他所有内容')
      expect(said.replace('CPU', '')).not.toMatch(/[a-z]{3,}/i)
    })

    describe.each(['light', 'dark'] as const)('in %s', (theme) => {
      test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
        const { infill } = await runOut({ theme, widthPx })
        await expectNoFaults(infill, `${theme}-${widthPx}-out-of-memory`)
      })
    })
  })

  describe('a companion of another version', () => {
    async function openOutdated(look?: Look) {
      const other = await startScriptedCompanion(({ type }, { reply }) => {
        if (type !== 'hello') return
        const message =
          'The companion speaks protocol 2, the window asked for 1. Update the older of the two.'
        reply({ type: 'failed', code: 'protocol-unsupported', message, supported: [2] })
      })
      onTestFinished(() => other.close())
      const opened = await openScene(other, look)
      const heading = opened.infill.window.getByRole('heading', {
        name: 'The companion and the plugin do not match',
      })
      await heading.waitFor()
      return { ...opened, other }
    }

    test('says which is which, and goes on by itself once they match', async () => {
      const { infill, other } = await openOutdated()
      await infill.window.getByText('The companion speaks protocol 2, the window asked for 1.').waitFor()
      await infill.window.getByText('Then start the companion again').waitFor()
      await other.close()
      const companion = await startTestCompanion({ ports: [other.port], engines })
      await infill.window.getByRole('textbox', { name: 'Pairing code' }).pressSequentially(companion.code)
      await waitForRed(infill)
    })

    describe.each(['light', 'dark'] as const)('in %s', (theme) => {
      test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
        const { infill } = await openOutdated({ theme, widthPx })
        await expectNoFaults(infill, `${theme}-${widthPx}-version-mismatch`)
      })
    })
  })

  describe('a queue', () => {
    /** Two fills of another window are ahead, and the first of them stands still. */
    async function queueUp(look?: Look) {
      const companion = await startTestCompanion()
      const { document, infill } = await openScene(companion, look)
      const other = await Client.paired(companion.port, companion.token)
      companion.engine.block()
      const picture = paintImage(30, 20, (x) => [x, 90, 120, 255])
      other.send({ type: 'image', id: 'picture' }, { image: await pngOf(picture) })
      const mask = await pngOf(rectMask(30, 20, { x: 9, y: 6, width: 8, height: 5 }))
      for (const id of ['first', 'second']) {
        const options = { task: 'remove', engine: 'auto' } as const
        other.send({ type: 'fill', id, imageId: 'picture', ...options }, { mask })
      }
      await companion.engine.blocked()
      await paintOverRed(infill)
      await button(infill, 'Remove').click()
      await infill.window.getByText(/^Waiting for/).waitFor()
      return { companion, document, infill, other }
    }

    test('says how many are ahead as they become fewer, and then fills', async () => {
      const { companion, document, infill, other } = await queueUp()
      await infill.window.getByText('Waiting for 2 other fills…').waitFor()
      other.send({ type: 'cancel', id: 'second' })
      await infill.window.getByText('Waiting for one other fill…').waitFor()
      expect(document.document.value.fills).toEqual([])
      companion.engine.release()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })

    test('is left with Cancel, and the marks are kept', async () => {
      const { companion, document, infill } = await queueUp()
      await button(infill, 'Cancel').click()
      await expectEnabled(button(infill, 'Remove'))
      companion.engine.release()
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })

    describe.each(['light', 'dark'] as const)('in %s', (theme) => {
      test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
        const { infill } = await queueUp({ theme, widthPx })
        await expectNoFaults(infill, `${theme}-${widthPx}-queue`)
      })
    })
  })

  describe('a browser that blocks the companion', () => {
    test('is told how to allow it, and Infill goes on by itself once it is allowed', async () => {
      // To the window a companion that the browser hides is one that does not run; only the permission tells them apart.
      const { port, dataFolder, stop } = await startTestCompanion()
      await stop()
      const { infill } = await openScene({ port }, { localNetwork: 'denied' })
      await infill.window.getByRole('heading', { name: 'The browser blocks the companion' }).waitFor()
      await infill.window.getByText('Click the icon at the left of the address bar.').waitFor()
      await infill.window.getByText('to Allow.').waitFor()
      await infill.page.context().grantPermissions(['local-network-access'])
      const companion = await startTestCompanion({ ports: [port], dataFolder })
      await infill.window.getByRole('textbox', { name: 'Pairing code' }).pressSequentially(companion.code)
      await waitForRed(infill)
    })

    describe.each(['light', 'dark'] as const)('in %s', (theme) => {
      test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
        const { port, stop } = await startTestCompanion()
        await stop()
        const { infill } = await openScene({ port }, { theme, widthPx, localNetwork: 'denied' })
        await infill.window.getByRole('heading', { name: 'The browser blocks the companion' }).waitFor()
        await expectNoFaults(infill, `${theme}-${widthPx}-blocked`)
      })
    })
  })

  test('the command that starts the companion is copied with a click', async () => {
    const { port, stop } = await startTestCompanion()
    await stop()
    const { infill } = await openScene({ port })
    await button(infill, 'Copy: npm start').click()
    await infill.window.getByText('Copied').waitFor()
    await infill.page.context().grantPermissions(['clipboard-read', 'local-network-access'])
    expect(await infill.page.evaluate(() => navigator.clipboard.readText())).toBe('npm start')
  })

  describe('a hole too large', () => {
    test('for any engine leaves nothing to copy from: that is said, and less can be marked', async () => {
      const companion = await startTestCompanion({ engines })
      const { document, infill } = await openScene(companion)
      const disc = await waitForRed(infill)
      await button(infill, 'Change what is marked').click()
      await button(infill, 'Invert').click()
      await infill.page.keyboard.press('Escape')
      await button(infill, 'Remove').click()
      await infill.window
        .getByRole('alert')
        .getByText('The whole picture is marked. Leave some of it to copy from.')
        .waitFor(patience)
      await button(infill, 'Undo').click()
      await paintOver(infill.page, disc)
      await button(infill, 'Remove').click()
      await waitForFills(document, 1)
      await waitForNoRed(infill)
    })

    test('for the engine’s margins leads to the models, which reach farther', async () => {
      const { infill } = await openScene(await startTestCompanion({ engines }))
      await waitForRed(infill)
      await infill.window.getByText('Expand', { exact: true }).click()
      await infill.window.getByRole('spinbutton', { name: 'Left' }).fill('120')
      await button(infill, 'Expand').click()
      const alert = infill.window.getByRole('alert')
      await alert.getByText('Larger ones need a model that continues pictures.').waitFor(patience)
      await alert.getByRole('button', { name: 'Models…' }).click()
      await infill.window.getByRole('heading', { name: 'Models' }).waitFor()
    })
  })
})
