import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import type { FrameLocator, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import { builtFile } from '../../companion/installation.ts'
import { findFaults } from '../support/accessibility.ts'
import { expectSamePixelsWhere } from '../support/assert-image.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { decode } from '../support/fake-figma/index.ts'
import { paintOverRed, patience, seeRed, type View, waitForNoRed, waitForRed } from '../support/painting.ts'
import { createScene, findRed, type Scene } from '../support/scene.ts'
import { collectProblems } from '../support/window-page.ts'

describeInBrowser('the playground', (browser) => {
  let page: Page
  let problems: readonly string[] = []

  afterEach(async () => {
    await page.close()
    expect(problems).toEqual([])
  })

  async function openPage(theme: 'light' | 'dark' = 'light', locale = 'en-GB') {
    const companion = await startTestCompanion({ engines })
    page = await browser().newPage({ viewport: { width: 1280, height: 900 }, colorScheme: theme, locale })
    page.setDefaultTimeout(20_000)
    problems = collectProblems(page)
    // The window's own frame has no storage.
    await page.addInitScript(() => {
      const isFirst = self === top && localStorage.getItem('infill.settings') === null
      if (isFirst) localStorage.setItem('infill.settings', '{"hasSeenGuide":true}')
    })
    await page.goto(companion.address)
    return companion
  }
  const choose = (file: TestFile) => page.getByLabel('Open picture').setInputFiles(file)
  const layers = () => page.getByRole('list', { name: 'Layers' }).getByRole('listitem')
  const stage = (): View => ({ page, frame: page.getByRole('figure', { name: 'Picture' }) })
  const infill = (): View => ({ page, frame: page.locator('iframe') })
  const window = (): FrameLocator => page.frameLocator('iframe')
  const click = (name: string) => page.getByRole('button', { name, exact: true }).click()

  /** Paints over the leftmost disc that the window shows, and removes it. */
  async function removeDisc(): Promise<void> {
    await paintOverRed(infill())
    await window().getByRole('button', { name: 'Remove' }).click()
  }

  test('says where it comes from when it is opened from disk', async () => {
    page = await browser().newPage()
    problems = collectProblems(page)
    await page.goto(pathToFileURL(builtFile('playground.html')).href)
    await page.getByText('npm start').waitFor()
    expect(await page.getByText('This page needs Infill’s companion').isVisible()).toBe(true)
  })

  test.each(['chosen', 'dropped', 'pasted'] as const)('opens a picture that is %s', async (way) => {
    await openPage()
    await bring(page, way, pictureFile(await createScene()))
    await window()
      .getByRole('img', { name: /^discs\. / })
      .waitFor()
    expect(await layers().allTextContents()).toEqual(['discs240 × 180'])
    await waitForRed(infill())
  })

  test('shows the code that pairs Figma', async () => {
    const companion = await openPage()
    await page.getByText(companion.code).waitFor()
  })

  test.each([
    ['a WebP', 'PNG and JPEG', [240, 180], (png: Buffer) => sharp(png).webp().toBuffer()],
    ['a GIF', 'PNG and JPEG', [240, 180], (png: Buffer) => sharp(png).gif().toBuffer()],
    [
      'a JPEG that its EXIF turns',
      'the right way up',
      [180, 240],
      (png: Buffer) => sharp(png).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    ],
    [
      'a PNG that its EXIF turns',
      'the right way up',
      [180, 240],
      (png: Buffer) => sharp(png).withMetadata({ orientation: 8 }).png().toBuffer(),
    ],
  ] as const)('takes over %s as PNG and says so', async (_kind, note, [width, height], encode) => {
    const { png } = await createScene()
    await openPage()
    await choose({ name: 'picture', mimeType: 'image/png', buffer: await encode(png) })
    await page.getByRole('status').getByText(note).waitFor()
    expect(await layers().allTextContents()).toEqual([`picture${width} × ${height}`])
  })

  test.each([
    ['TIFF', async (png: Buffer) => sharp(png).tiff().toBuffer()],
    ['text', async () => Buffer.from('not a picture')],
    ['a truncated PNG', async (png: Buffer) => png.subarray(0, 60)],
  ] as const)('says that the browser cannot open %s', async (_kind, encode) => {
    const { png } = await createScene()
    await openPage()
    await choose({ name: 'thing.png', mimeType: 'image/png', buffer: await encode(png) })
    await page.getByRole('alert').getByText('This browser cannot open “thing.png”').waitFor()
    expect(await layers().count()).toBe(0)
  })

  test('lays the fill over the picture, to be hidden, deleted, brought back and downloaded', async () => {
    const scene = await createScene()
    await openPage()
    await choose(pictureFile(scene))
    await removeDisc()
    await layers().getByText('Infill – removed').waitFor()
    await waitForNoRed(stage())

    await click('Show Infill – removed')
    await waitForRed(stage())
    await click('Show Infill – removed')
    await waitForNoRed(stage())

    await click('Delete Infill – removed')
    await waitForRed(stage())
    expect(await layers().count()).toBe(1)
    await click('Undo')
    await waitForNoRed(stage())

    const patch = await decode(await download(page, 'Download Infill – removed'))
    const result = await decode(await download(page, 'Download picture'))
    expect(findRed(result)).toBeNull()
    const { width } = scene.image
    expectSamePixelsWhere(result, scene.image, (x, y) => patch.data[(y * width + x) * 4 + 3] === 0)
  })

  test('erases the next thing without bringing back the first', async () => {
    const scene = await createScene(2)
    await openPage()
    await choose(pictureFile(scene))
    const first = await waitForRed(infill())
    await removeDisc()
    await layers().getByText('Infill – removed').waitFor()
    await expect
      .poll(async () => (await seeRed(infill()))?.x, patience)
      .toBeGreaterThan(first.x + first.width)
    await removeDisc()
    await waitForNoRed(stage())
    expect(findRed(await decode(await download(page, 'Download picture')))).toBeNull()
  })

  test('edits a fill: its marks come back, and placing again replaces it', async () => {
    const scene = await createScene()
    await openPage()
    await choose(pictureFile(scene))
    await removeDisc()
    await layers().getByText('Infill – removed').waitFor()
    await click('Edit Infill – removed')
    await window().getByText('Editing a fill').waitFor()
    await window().getByRole('button', { name: 'Remove' }).click()
    await window().getByText('Editing a fill').waitFor({ state: 'hidden' })
    await waitForNoRed(stage())
    expect(await layers().count()).toBe(2)
  })

  test('shows an expanded picture in its new size, and downloads it so', async () => {
    const scene = await createScene()
    await openPage()
    await choose(pictureFile(scene))
    await window().getByText('Expand', { exact: true }).click()
    await window().getByRole('spinbutton', { name: 'Left' }).fill('24')
    await window().getByRole('spinbutton', { name: 'Bottom' }).fill('18')
    await window().getByRole('button', { name: 'Expand', exact: true }).click()
    await layers().getByText('Infill – expanded').waitFor()
    const { image, discs } = scene
    const result = await decode(await download(page, 'Download picture'))
    expect([result.width, result.height]).toEqual([image.width + 24, image.height + 18])
    expect(result.data.every((value, at) => at % 4 !== 3 || value === 255)).toBe(true)
    expect(findRed(result)).toMatchObject({ x: discs[0]!.x + 24, y: discs[0]!.y })
    await click('Edit Infill – expanded')
    await window().getByText('Editing a fill').waitFor()
    expect(await window().getByRole('spinbutton', { name: 'Left' }).inputValue()).toBe('24')
  })

  test('opens the window again after it was closed', async () => {
    const scene = await createScene()
    await openPage()
    await choose(pictureFile(scene))
    await click('Close Infill')
    await infill().frame.waitFor({ state: 'detached' })
    await click('Open Infill')
    await removeDisc()
    await layers().getByText('Infill – removed').waitFor()
  })

  test('speaks Chinese where the browser does, to the last word', async () => {
    await openPage('light', 'zh-CN')
    await page.getByText('将图片拖放到这里，或粘贴一张。').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    const said = await page.locator('.playground').innerText()
    expect(said.replaceAll(/Infill|Figma/g, '')).not.toMatch(/[a-z]{2,}/i)
    const named = await page.locator('[aria-label]').evaluateAll((all) => all.map((each) => each.ariaLabel))
    expect(named.join(' ').replaceAll('Infill', '')).not.toMatch(/[a-z]{2,}/i)
  })

  test('follows the language that is chosen in the window, and keeps it', async () => {
    const scene = await createScene()
    await openPage()
    await choose(pictureFile(scene))
    await window().getByRole('button', { name: 'Settings' }).click()
    const language = window().getByRole('combobox', { name: 'Language' })
    await language.selectOption({ label: '简体中文' })
    await page.getByRole('button', { name: '下载图片' }).waitFor()
    await page.reload()
    await page.getByText('将图片拖放到这里，或粘贴一张。').waitFor()
  })

  test.each(['light', 'dark'] as const)('can be read by everyone in %s', async (theme) => {
    const scene = await createScene()
    await openPage(theme)
    await choose(pictureFile(scene))
    await removeDisc()
    await layers().getByText('Infill – removed').waitFor()
    expect(await findFaults(page.mainFrame())).toEqual([])
    await page.screenshot({ path: `screenshots/playground-${theme}.png` })
  })
})

interface TestFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

function pictureFile({ png }: Scene): TestFile {
  return { name: 'discs.png', mimeType: 'image/png', buffer: png }
}

async function bring(page: Page, way: 'chosen' | 'dropped' | 'pasted', file: TestFile): Promise<void> {
  if (way === 'chosen') {
    await page.getByLabel('Open picture').setInputFiles(file)
    return
  }
  await page.evaluate(
    ({ way, name, type, bytes }) => {
      const data = new DataTransfer()
      data.items.add(new File([bytes], name, { type }))
      const options = { bubbles: true, cancelable: true }
      const event =
        way === 'dropped'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data })
      document.body.dispatchEvent(event)
    },
    { way, name: file.name, type: file.mimeType, bytes: new Uint8Array(file.buffer) },
  )
}

async function download(page: Page, button: string): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ])
  return readFile(await file.path())
}
