import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { engines } from '../companion/engines/index.ts'
import { installationFolder } from '../companion/installation.ts'
import type { Rect } from '../companion/protocol.ts'
import type { Settings } from '../plugin/messages.ts'
import { describeInBrowser } from './support/chromium.ts'
import { startTestCompanion } from './support/companion.ts'
import { FakeFigma } from './support/fake-figma/index.ts'
import { openPlugin } from './support/sandbox.ts'
import { openPictureDocument } from './support/stand-in.ts'
import { openWindow, type WindowPage } from './support/window-page.ts'

/** Saved as `screenshots/window-….png`, and kept in `.github/`. With the real engine, on the sample pictures. */
describeInBrowser('the pictures of the readme', (browser) => {
  let close = async () => {}
  afterEach(() => close())

  async function openHill(settings: Partial<Settings>) {
    const companion = await startTestCompanion({ engines })
    const bytes = await readFile(pictureNamed('hill-tree.jpg'))
    const { width, height } = await sharp(bytes).metadata()
    const picture = { name: 'Hill', bytes: new Uint8Array(bytes), widthPx: width, heightPx: height }
    const document = openPictureDocument(picture, { token: companion.token, settings })
    const infill = await openWindow(browser(), {
      ...{ sandbox: document.sandbox, port: companion.port, widthPx: 560, heightPx: 620 },
    })
    close = async () => {
      await infill.close()
      expect(infill.problems).toEqual([])
    }
    await button(infill, 'Settings').waitFor()
    return { infill, document, size: { width, height } }
  }

  test('show a thing that a box was drawn round', async () => {
    const { infill, size } = await openHill({ tool: 'point' })
    await dragOver(infill, size, tree)
    await infill.window.getByText('Shift adds, Alt takes away.').waitFor()
    await infill.screenshot('window-click')
    expect(await button(infill, 'Remove').isEnabled()).toBe(true)
  })

  test('show four results to flip through', async () => {
    const { infill, size } = await openHill({ tool: 'rectangle' })
    await dragOver(infill, size, tree)
    await infill.window.getByRole('combobox', { name: 'Number of results' }).selectOption('4')
    await button(infill, 'Remove').click()
    const results = infill.window.getByRole('radio', { name: /^Result/ })
    await results.last().waitFor()
    await infill.screenshot('window-results')
    expect(await results.count()).toBe(4)
  })

  test('show the same thing found on several screens', async () => {
    const companion = await startTestCompanion({ engines })
    const figma = new FakeFigma()
    const screens = await Promise.all(
      [240, 330, 400].map(async (left, index) => {
        const part = { left, top: left - 120, width: 700, height: 500 }
        const png = await sharp(pictureNamed('ui-chart-tooltip.png')).extract(part).png().toBuffer()
        const layer = figma.createRectangle()
        layer.name = ['Overview', 'Report', 'Export'][index]!
        layer.resize(part.width, part.height)
        layer.x = 800 * index
        layer.fills = [
          { type: 'IMAGE', scaleMode: 'FILL', imageHash: figma.createImage(new Uint8Array(png)).hash },
        ]
        return layer
      }),
    )
    figma.select(screens[0]!.id)
    const plugin = await openPlugin({ figma })
    const infill = await openWindow(browser(), {
      ...{ port: companion.port, widthPx: 560, heightPx: 620 },
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
    await infill.page.keyboard.press('r')
    await dragOver(infill, { width: 700, height: 500 }, { x: 308, y: 198, width: 264, height: 160 })
    figma.select(...screens.map(({ id }) => id))
    await button(infill, 'Same on all…').click()
    await infill.window.getByText('Same look').click()
    await button(infill, 'Remove on 3 layers').waitFor()
    await infill.screenshot('window-several')
  })
})

/** Round the conifer on the hill, in pixels. */
const tree: Rect = { x: 796, y: 276, width: 178, height: 314 }

function pictureNamed(name: string): string {
  return join(installationFolder, 'test/fixtures/pictures', name)
}

/** @param rect In pixels of a picture of `size`, which is fitted into the stage with a margin of 16 px. */
async function dragOver(
  { page, window }: WindowPage,
  size: { readonly width: number; readonly height: number },
  rect: Rect,
): Promise<void> {
  const stage = (await window.locator('.canvas').boundingBox())!
  const scale = Math.min((stage.width - 32) / size.width, (stage.height - 32) / size.height, 2)
  const left = stage.x + (stage.width - size.width * scale) / 2
  const top = stage.y + (stage.height - size.height * scale) / 2
  await page.mouse.move(left + rect.x * scale, top + rect.y * scale)
  await page.mouse.down()
  const end = [left + (rect.x + rect.width) * scale, top + (rect.y + rect.height) * scale] as const
  await page.mouse.move(...end, { steps: 5 })
  await page.mouse.up()
}

function button({ window }: WindowPage, name: string) {
  return window.getByRole('button', { name, exact: true })
}
