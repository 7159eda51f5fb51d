import { existsSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { systemClock } from '../../companion/store/clock.ts'
import { findFaults } from '../support/accessibility.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { paintOverRed, patience } from '../support/painting.ts'
import { publishModel } from '../support/published-model.ts'
import { createScene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import { stubEngine } from '../support/stub-engine.ts'
import { openWindow, type WindowPage, type WindowPageOptions } from '../support/window-page.ts'

describeInBrowser('models in the window', (browser) => {
  /** The models in front of the person: `tiny` to download, from a server that tests can make misbehave. */
  async function setUp(options: Partial<WindowPageOptions> = {}) {
    const published = await publishModel()
    // Each chunk is told, as of a large download.
    let nowMs = 0
    const clock = { ...systemClock, now: () => (nowMs += 1000) }
    const companion = await startTestCompanion({
      engines: [stubEngine(), stubEngine({ id: 'neural', title: 'Neural', models: ['tiny'] })],
      store: { models: [published.model], environment: {}, means: { clock } },
    })
    const document = openDocument(await createScene(), { token: companion.token })
    const open = () => openWindow(browser(), { sandbox: document.sandbox, port: companion.port, ...options })
    const infill = await open()
    const file = join(companion.dataFolder, 'models', 'tiny', 'tiny.pt')
    return { ...published, companion, infill, file, open }
  }

  async function openModels(infill: WindowPage): Promise<void> {
    await button(infill, 'Settings').click()
    await button(infill, 'Models…').click()
    await card(infill).waitFor()
  }

  test('says what is to be downloaded, how large it is, and what the licence forbids, before the button', async () => {
    const { infill, server } = await setUp()
    await openModels(infill)
    const text = await card(infill).innerText()
    const order = ['Tiny', '100 kB', 'Shows how a model', 'Neural', 'OpenRAIL', 'Accept and download']
    const places = order.map((words) => text.indexOf(words))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBe(0)
    const forbidden = card(infill).getByRole('textbox', { name: 'What OpenRAIL forbids' })
    expect(await forbidden.inputValue()).toBe('Not for harm.')
    const button = action(infill, 'Accept and download')
    expect((await forbidden.boundingBox())!.y).toBeLessThan((await button.boundingBox())!.y)
    expect(server.requests).toEqual([])
    await close(infill)
  })

  test('downloads, says how far it is, and when it is installed', async () => {
    const { infill, server, path, file } = await setUp()
    server.misbehave(path, { type: 'break', afterBytes: 40_000 })
    await openModels(infill)
    await action(infill, 'Accept and download').click()
    await infill.window.locator('[role=progressbar][aria-valuenow="40"]').waitFor()
    await card(infill).getByText('40 kB of 100 kB').waitFor()
    server.arrived(40_000)
    await card(infill).getByText('Installed', { exact: true }).waitFor()
    expect(existsSync(file)).toBe(true)
    await action(infill, 'Delete from this computer').click()
    await action(infill, 'Accept and download').waitFor()
    expect(existsSync(file)).toBe(false)
    await close(infill)
  })

  test('can be stopped, and goes on from there', async () => {
    const { infill, server, path } = await setUp()
    server.misbehave(path, { type: 'stall', afterBytes: 40_000 })
    await openModels(infill)
    await action(infill, 'Accept and download').click()
    await infill.window.locator('[role=progressbar][aria-valuenow="40"]').waitFor()
    await action(infill, 'Cancel').click()
    await card(infill).getByText('40 kB of 100 kB').waitFor()
    await action(infill, 'Resume download').click()
    await card(infill).getByText('Installed', { exact: true }).waitFor()
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=40000-')
    await close(infill)
  })

  test('goes on while the window is closed, and is found again by the next one', async () => {
    const { infill, open, server, path } = await setUp()
    server.misbehave(path, { type: 'stall', afterBytes: 40_000 })
    await openModels(infill)
    await action(infill, 'Accept and download').click()
    await infill.window.locator('[role=progressbar][aria-valuenow="40"]').waitFor()
    await close(infill)
    const next = await open()
    await openModels(next)
    await next.window.locator('[role=progressbar][aria-valuenow="40"]').waitFor()
    await action(next, 'Cancel').click()
    await action(next, 'Resume download').waitFor()
    // What ended is not said again by the window after that.
    await close(next)
    const last = await open()
    await openModels(last)
    await action(last, 'Resume download').click()
    await card(last).getByText('Installed', { exact: true }).waitFor()
    await close(last)
  })

  test('says what went wrong, and tries again', async () => {
    const { infill, server, path } = await setUp()
    server.misbehave(path, { type: 'status', status: 404 })
    await openModels(infill)
    await action(infill, 'Accept and download').click()
    await card(infill).getByRole('alert').getByText('answered 404').waitFor()
    await action(infill, 'Accept and download').click()
    await card(infill).getByText('Installed', { exact: true }).waitFor()
    expect(await card(infill).getByRole('alert').count()).toBe(0)
    await close(infill)
  })

  test('repairs what is damaged', async () => {
    const { infill, file } = await setUp()
    await openModels(infill)
    await action(infill, 'Accept and download').click()
    await card(infill).getByText('Installed', { exact: true }).waitFor()
    truncateSync(file, 10)
    await button(infill, 'Close').click()
    await button(infill, 'Models…').click()
    await card(infill).getByText('Damaged', { exact: true }).waitFor()
    await action(infill, 'Repair').click()
    await card(infill).getByText('Installed', { exact: true }).waitFor()
    await close(infill)
  })

  test('lie over the picture: keys are theirs, and Escape closes them', async () => {
    const { infill, companion } = await setUp()
    await paintOverRed(infill)
    await openModels(infill)
    await card(infill).getByText('Shows how a model').click()
    await infill.page.keyboard.press('Enter')
    await infill.page.keyboard.press('Escape')
    await expect.poll(() => infill.window.getByRole('dialog').count(), patience).toBe(0)
    // Enter removed nothing, and Escape did not reach the settings beneath.
    await button(infill, 'Models…').waitFor()
    await button(infill, 'Remove').waitFor()
    expect(companion.engine.fills).toEqual([])
    await close(infill)
  })

  test('can be reached where no picture is selected', async () => {
    const { companion } = await setUp()
    const scene = await createScene()
    const document = openDocument(scene, { token: companion.token })
    document.document.change({ picture: null, fills: [] })
    const infill = await openWindow(browser(), { sandbox: document.sandbox, port: companion.port })
    await button(infill, 'Models…').click()
    await card(infill).waitFor()
    await close(infill)
  })

  test.each([
    ['light', 320],
    ['light', 420],
    ['light', 900],
    ['dark', 320],
    ['dark', 420],
    ['dark', 900],
  ] as const)('can be read by everyone, in %s and %i pixels wide', async (theme, widthPx) => {
    const { infill, server, path, file } = await setUp({ theme, widthPx })
    const look = async (state: string) => {
      const name = `${theme}-${widthPx}-models-${state}`
      await infill.screenshot(name)
      expect(await findFaults(infill.page.frames()[1]!), name).toEqual([])
      const isTooWide = await infill.window
        .locator('.models-list')
        .evaluate((list) => list.scrollWidth > list.clientWidth)
      expect(isTooWide, name).toBe(false)
    }
    await openModels(infill)
    await look('absent')
    server.misbehave(path, { type: 'stall', afterBytes: 40_000 })
    await action(infill, 'Accept and download').click()
    await infill.window.locator('[role=progressbar][aria-valuenow="40"]').waitFor()
    await look('downloading')
    await action(infill, 'Cancel').click()
    server.misbehave(path, { type: 'status', status: 404 })
    await action(infill, 'Resume download').click()
    await card(infill).getByRole('alert').waitFor()
    await look('failed')
    await action(infill, 'Resume download').click()
    await card(infill).getByText('Installed', { exact: true }).waitFor()
    await look('installed')
    await mkdir(dirname(file), { recursive: true })
    writeFileSync(file, 'cut')
    await button(infill, 'Close').click()
    await button(infill, 'Models…').click()
    await card(infill).getByText('Damaged', { exact: true }).waitFor()
    await look('damaged')
    await close(infill)
  })
})

async function close(infill: WindowPage): Promise<void> {
  await infill.close()
  expect(infill.problems).toEqual([])
}

function button({ window }: WindowPage, name: string): Locator {
  return window.getByRole('button', { name, exact: true })
}

function card({ window }: WindowPage): Locator {
  return window.getByRole('article', { name: 'Tiny' })
}

function action(infill: WindowPage, text: string): Locator {
  return card(infill).getByRole('button', { name: `${text}: Tiny`, exact: true })
}
