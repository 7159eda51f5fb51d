import { describe, expect, test } from 'vitest'
import type { Settings } from '../../plugin/messages.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { button, expectNoFaults, openWindows } from '../support/open-windows.ts'
import { paintOverRed, patience, waitForRed } from '../support/painting.ts'
import { publishModel } from '../support/published-model.ts'
import { createScene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import { stubEngine } from '../support/stub-engine.ts'
import type { WindowPageOptions } from '../support/window-page.ts'

describeInBrowser('the window explains itself', (browser) => {
  const openInfill = openWindows(browser)

  async function setUp({
    settings = {},
    ...page
  }: Partial<WindowPageOptions> & { settings?: Partial<Settings> } = {}) {
    const { model } = await publishModel()
    const builtIn = stubEngine()
    const neural = stubEngine({ id: 'neural', title: 'Neural', tasks: ['remove'], models: ['tiny'] })
    const companion = await startTestCompanion({
      engines: [neural, builtIn],
      store: { models: [model], environment: {} },
    })
    const document = openDocument(await createScene(), { token: companion.token, settings })
    const open = async () => {
      const infill = await openInfill({ sandbox: document.sandbox, port: companion.port, ...page })
      return infill
    }
    return { builtIn, companion, document, open, infill: await open() }
  }

  test('with three steps, once', async () => {
    const { document, open, infill } = await setUp({ settings: { hasSeenGuide: false } })
    await infill.window.getByRole('heading', { name: '1. Mark what should go' }).waitFor()
    await button(infill, 'Next').click()
    await infill.window.getByRole('heading', { name: '2. Press Remove' }).waitFor()
    await button(infill, 'Next').click()
    await infill.window.getByRole('heading', { name: '3. It is a layer of its own' }).waitFor()
    await button(infill, 'Start').click()
    await waitForRed(infill)
    await expect.poll(() => document.settings.hasSeenGuide, patience).toBe(true)
    const again = await open()
    await waitForRed(again)
    expect(await again.window.getByRole('dialog').count()).toBe(0)
  })

  test('with the three steps again when it is asked to', async () => {
    const { infill } = await setUp()
    await button(infill, 'Settings').click()
    await button(infill, 'How it works…').click()
    await infill.window.getByRole('heading', { name: '1. Mark what should go' }).waitFor()
    await infill.page.keyboard.press('Escape')
    await infill.window.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('with its keys under ?', async () => {
    const { infill } = await setUp()
    await waitForRed(infill)
    await infill.page.mouse.click(240, 300)
    await infill.page.keyboard.press('?')
    await infill.window.getByText('The original while it is held').waitFor()
    await infill.page.keyboard.press('Escape')
    await infill.window.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('in Chinese, and so does the companion', async () => {
    const { builtIn, document, infill } = await setUp()
    await button(infill, 'Settings').click()
    await infill.window.getByRole('combobox', { name: 'Language' }).selectOption({ label: '简体中文' })
    await button(infill, '模型…').click()
    await infill.window.getByRole('heading', { name: '模型' }).waitFor()
    await infill.page.keyboard.press('Escape')
    await button(infill, '设置').click()
    builtIn.failWith(new Error('a bug'))
    await paintOverRed(infill)
    await button(infill, '去除').click()
    await infill.window.getByRole('alert').getByText('本机服务内部出了问题').waitFor()
    await infill.window.locator('html[lang=zh-CN]').waitFor()
    await expect.poll(() => document.settings.locale, patience).toBe('zh-CN')
  })

  test('in the language that the browser prefers', async () => {
    const { infill } = await setUp({ language: 'zh-CN' })
    await button(infill, '设置').waitFor()
  })

  test('says what would do better after a large hole, and leads there', async () => {
    const { document, infill } = await setUp()
    await paintOverRed(infill)
    await button(infill, 'Remove').click()
    await expect.poll(() => document.document.value.fills.length, patience).toBe(1)
    await infill.window.getByText('Large areas come out better with a downloaded model.').waitFor()
    await button(infill, 'Models…').click()
    await infill.window.getByRole('heading', { name: 'Models' }).waitFor()
  })

  test('shows nothing that moves to those who want none', async () => {
    const { builtIn, infill } = await setUp()
    await infill.page.emulateMedia({ reducedMotion: 'reduce' })
    builtIn.block()
    await paintOverRed(infill)
    await button(infill, 'Remove').click()
    await builtIn.blocked()
    const moving = await infill.page.frames()[1]!.evaluate(() => document.getAnimations().length)
    expect(moving).toBe(0)
    builtIn.release()
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const { infill } = await setUp({ theme, widthPx, settings: { hasSeenGuide: false } })
      await button(infill, 'Next').waitFor()
      await expectNoFaults(infill, `${theme}-${widthPx}-guide`)
      await button(infill, 'Skip').click()
      await button(infill, 'Settings').click()
      await expectNoFaults(infill, `${theme}-${widthPx}-settings`)
      await button(infill, 'Keys…').click()
      await expectNoFaults(infill, `${theme}-${widthPx}-keys`)
      await infill.page.keyboard.press('Escape')
      await infill.window.getByRole('combobox', { name: 'Language' }).selectOption({ label: '简体中文' })
      await expectNoFaults(infill, `${theme}-${widthPx}-chinese`)
    })
  })
})
