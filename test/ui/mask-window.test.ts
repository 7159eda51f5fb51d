import { describe, expect, test } from 'vitest'
import { engines } from '../../companion/engines/index.ts'
import type { Image } from '../../companion/image/image.ts'
import type { Rect } from '../../companion/protocol.ts'
import type { PlacedShape, Settings } from '../../plugin/messages.ts'
import { findFaults } from '../support/accessibility.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { pngOf } from '../support/encoded.ts'
import { decode } from '../support/fake-figma/index.ts'
import { paintImage } from '../support/images.ts'
import { button, openWindows, waitForFills } from '../support/open-windows.ts'
import { paintOverRed, patience, seeRed, waitForRed } from '../support/painting.ts'
import { createScene } from '../support/scene.ts'
import { type OpenDocument, openDocument } from '../support/stand-in.ts'
import type { WindowPage, WindowPageOptions } from '../support/window-page.ts'

interface SetUp {
  readonly settings?: Partial<Settings>
  readonly shapes?: readonly PlacedShape[]
}

describeInBrowser('marking', (browser) => {
  const openInfill = openWindows(browser)

  async function setUp({ settings = {}, shapes = [], ...page }: Partial<WindowPageOptions> & SetUp = {}) {
    const companion = await startTestCompanion({ engines })
    const scene = await createScene()
    const document = openDocument(scene, { token: companion.token, settings, shapes })
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port, ...page })
    const disc = await waitForRed(infill)
    /** From the page's CSS pixels to the picture's. */
    const scale = scene.discs[0]!.width / disc.width
    return { scene, document, infill, disc, scale }
  }

  test('with a lasso takes what it goes round, and closes by itself', async () => {
    const { document, infill, disc, scale } = await setUp({ settings: { tool: 'lasso' } })
    const { x, y, width, height } = disc
    await drag(infill, [
      [x - 10, y - 10],
      [x + width + 10, y - 10],
      [x + width + 10, y + height + 10],
      [x - 10, y + height + 10],
    ])
    const mask = await removedMask(infill, document)
    expectShare(mask, (width + 20) * (height + 20) * scale ** 2)
  })

  test('with a rectangle takes just that, and Alt takes one out of it', async () => {
    const { document, infill, disc, scale } = await setUp({ settings: { tool: 'rectangle' } })
    const { x, y, width, height } = disc
    await drag(infill, [
      [x - 10, y - 10],
      [x + width + 10, y + height + 10],
    ])
    await infill.page.keyboard.down('Alt')
    await drag(infill, [
      [x - 10, y - 10],
      [x + width + 10, y],
    ])
    await infill.page.keyboard.up('Alt')
    const mask = await removedMask(infill, document)
    expectShare(mask, (width + 20) * (height + 10) * scale ** 2)
  })

  test('with Shift makes a straight line of however crooked a stroke', async () => {
    const { document, infill, disc, scale } = await setUp({ settings: { brushPx: 20 } })
    const { x, y, width } = disc
    await infill.page.keyboard.down('Shift')
    await drag(infill, [
      [x, y + 20],
      [x + 20, y + 60],
      [x + width, y + 20],
    ])
    await infill.page.keyboard.up('Shift')
    const mask = await removedMask(infill, document)
    expectShare(mask, (20 * width + Math.PI * 10 ** 2) * scale ** 2)
  })

  test('is taken away again by the eraser', async () => {
    const { document, infill, disc, scale } = await setUp({ settings: { tool: 'rectangle', brushPx: 20 } })
    const { x, y, width, height } = disc
    await drag(infill, [
      [x - 10, y - 10],
      [x + width + 10, y + height + 10],
    ])
    await infill.page.keyboard.press('e')
    await drag(infill, [
      [x - 30, y + height / 2],
      [x + width + 30, y + height / 2],
    ])
    const mask = await removedMask(infill, document)
    expectShare(mask, (width + 20) * height * scale ** 2)
  })

  test('is undone step by step, whatever made it, and done again', async () => {
    const { document, infill, disc } = await setUp({ settings: { brushPx: 12 } })
    const { x, y, width, height } = disc
    const { page, window } = infill
    const leftColumns = paintImage(24, 18, (column) => (column < 4 ? [255, 255, 255, 255] : [0, 0, 0, 255]))
    const file = { name: 'mask.png', mimeType: 'image/png', buffer: await pngOf(leftColumns) }
    const withTool = async (key: string, ...points: readonly (readonly [number, number])[]) => {
      await page.keyboard.press(key)
      await drag(infill, points)
    }
    const fromPanel = async (act: () => Promise<void>) => {
      await button(infill, 'Change what is marked').click()
      await act()
      await page.keyboard.press('Escape')
    }
    const steps = [
      async () => {
        await withTool('v', [x - 12, y - 12], [x + width + 12, y + height + 12])
        await window.getByText('Shift adds, Alt takes away.').waitFor()
      },
      () => withTool('p', [x - 40, y], [x - 40, y + height]),
      () => withTool('e', [x, y], [x + 20, y + 20]),
      () => withTool('l', [x, y - 30], [x + width, y - 30], [x + width, y + height]),
      () => withTool('r', [x + width + 9, y + 9], [x + width + 40, y + 40]),
      () => fromPanel(() => window.locator('input[type=file]').setInputFiles(file)),
      ...['Grow', 'Shrink', 'Invert', 'Invert'].map(
        (name) => () => fromPanel(() => button(infill, name).click()),
      ),
    ]
    /** The marked picture, without the pointer and what is said beneath it. */
    const look = async () => {
      await page.keyboard.press('r')
      await page.mouse.move(4, 4)
      const stage = (await window.locator('.stage').boundingBox())!
      return (await page.screenshot({ clip: { ...stage, height: 0.75 * stage.height } })).toString('base64')
    }
    // Keys are heard once the window has the focus.
    for (const _ of ['open', 'close']) await button(infill, 'Settings').click()
    const looks = [await look()]
    for (const step of steps) {
      await step()
      await expect.poll(look, patience).not.toBe(looks.at(-1))
      looks.push(await look())
    }
    for (const earlier of looks.slice(0, -1).toReversed()) {
      await button(infill, 'Undo').click()
      await expect.poll(look, patience).toBe(earlier)
    }
    expect(await button(infill, 'Undo').isDisabled()).toBe(true)
    for (const later of looks.slice(1)) {
      await button(infill, 'Redo').click()
      await expect.poll(look, patience).toBe(later)
    }
    expect(await button(infill, 'Redo').isDisabled()).toBe(true)
    const mask = await removedMask(infill, document)
    expect(isWhite(mask, 10, 90)).toBe(true)
    expect(isWhite(mask, 230, 5)).toBe(false)
  })

  test('is as sharp as the picture’s own pixels, however far it is zoomed', async () => {
    const { document, infill, disc } = await setUp({ settings: { tool: 'rectangle' } })
    for (const _ of [1, 2, 3, 4]) await button(infill, 'Zoom in').click()
    const zoomed = async () => (await waitForRed(infill)).width
    await expect.poll(zoomed, patience).toBeGreaterThan(2 * disc.width)
    const { x, y } = await waitForRed(infill)
    await drag(infill, [
      [x + 20, y + 40],
      [x + 120, y + 140],
    ])
    const mask = await removedMask(infill, document)
    const { width, height } = boundsOfWhite(mask)
    // A rectangle without a step or a shade; of a corner's pixel less than half may be covered.
    expect(whiteOf(mask)).toBeGreaterThanOrEqual(width * height - 4)
    expect(mask.data.every((value, at) => at % 4 === 3 || value === 0 || value === 255)).toBe(true)
  })

  test('grows, shrinks and is inverted, each to be undone', async () => {
    const { document, infill, disc, scale } = await setUp({ settings: { tool: 'rectangle' } })
    const { x, y, width, height } = disc
    await drag(infill, [
      [x, y],
      [x + width, y + height],
    ])
    await button(infill, 'Change what is marked').click()
    await infill.window.getByRole('spinbutton', { name: 'By pixels' }).fill('10')
    await button(infill, 'Grow').click()
    await button(infill, 'Grow').click()
    await button(infill, 'Shrink').click()
    await button(infill, 'Invert').click()
    await button(infill, 'Undo').click()
    await infill.page.keyboard.press('Escape')
    const mask = await removedMask(infill, document)
    const [grownWidth, grownHeight] = [width * scale + 20, height * scale + 20]
    expectShare(mask, grownWidth * grownHeight)
  })

  test('has as soft an edge as it is told', async () => {
    const { document, infill, disc, scale } = await setUp({ settings: { tool: 'rectangle' } })
    const { x, y, width, height } = disc
    await drag(infill, [
      [x - 10, y - 10],
      [x + width + 10, y + height + 10],
    ])
    await button(infill, 'Change what is marked').click()
    const field = infill.window.getByRole('spinbutton', { name: 'Soft edge (px)' })
    await field.fill('9')
    await field.press('Tab')
    await infill.page.keyboard.press('Escape')
    await removedMask(infill, document)
    const { png, recipe } = document.document.value.fills[0]!
    expect(recipe.options).toEqual({ featherPx: 9 })
    // From what was marked outwards, halfway down its left edge: opaque, then less and less, then nothing.
    const patch = await decode(png)
    const edge = Math.ceil(120 - (width / 2 + 10) * scale) + 1
    const alphas = Array.from({ length: 40 }, (_, at) => alphaAt(patch, edge - at, 90))
    const soft = alphas.filter((alpha) => alpha > 0 && alpha < 255)
    expect(alphas[0]).toBe(255)
    expect(alphas.at(-1)).toBe(0)
    expect(soft.length).toBeGreaterThanOrEqual(6)
    expect(soft).toEqual(soft.toSorted((a, b) => b - a))
  })

  test('takes the last mask again', async () => {
    const { document, infill } = await setUp({ settings: { separateLayers: true } })
    await paintOverRed(infill)
    const first = await removedMask(infill, document)
    await button(infill, 'Change what is marked').click()
    await button(infill, 'Last mask again').click()
    await infill.page.keyboard.press('Escape')
    await button(infill, 'Remove').click()
    await waitForFills(document, 2)
    expect((await decode(document.document.value.fills[1]!.mask)).data).toEqual(first.data)
  })

  test('takes a mask from a PNG, by its alpha or by its white', async () => {
    const { document, infill } = await setUp()
    const white = paintImage(24, 18, (x) => (x < 12 ? [255, 255, 255, 255] : [0, 0, 0, 255]))
    await button(infill, 'Change what is marked').click()
    const input = infill.window.locator('input[type=file]')
    await input.setInputFiles({ name: 'mask.png', mimeType: 'image/png', buffer: await pngOf(white) })
    await infill.page.keyboard.press('Escape')
    const mask = await removedMask(infill, document)
    expectShare(mask, (mask.width * mask.height) / 2)
    await button(infill, 'Change what is marked').click()
    await input.setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
    await infill.window.getByText('This file could not be read as a picture.').waitFor()
  })

  test('takes the shapes that are selected in Figma, where they lie', async () => {
    const square = paintImage(10, 10, () => [0, 0, 0, 255])
    const turned: PlacedShape = {
      png: new Uint8Array(await pngOf(square)),
      // Four times as large, turned by 90° about its corner at 120, 60.
      transform: [
        [0, -4, 120],
        [4, 0, 60],
      ],
    }
    const { document, infill } = await setUp({ shapes: [turned] })
    await button(infill, 'Change what is marked').click()
    await button(infill, 'From selected shapes').click()
    await infill.page.keyboard.press('Escape')
    const mask = await removedMask(infill, document)
    expect(boundsOfWhite(mask)).toEqual({ x: 80, y: 60, width: 40, height: 40 })
  })

  test('says what to select where no shape is', async () => {
    const { infill } = await setUp()
    await button(infill, 'Change what is marked').click()
    await button(infill, 'From selected shapes').click()
    await infill.window.getByText('Select a vector, a text or a shape in Figma').waitFor()
  })

  test('is thinner where a pen is pressed less', async () => {
    const areas: number[] = []
    for (const force of [1, 0.4]) {
      const { document, infill, disc } = await setUp({ settings: { brushPx: 60 } })
      const client = await infill.page.context().newCDPSession(infill.page)
      const pen = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', x: number) =>
        client.send('Input.dispatchMouseEvent', {
          ...{ type, x, y: disc.y + disc.height / 2, force, pointerType: 'pen' },
          ...{ button: 'left', buttons: type === 'mouseReleased' ? 0 : 1, clickCount: 1 },
        })
      await pen('mousePressed', disc.x)
      for (const x of [20, 40, 60]) await pen('mouseMoved', disc.x + x)
      await pen('mouseReleased', disc.x + 60)
      areas.push(whiteOf(await removedMask(infill, document)))
    }
    expect(areas[1]! / areas[0]!).toBeLessThan(0.5)
  })

  test('is dropped by Escape in the middle of a gesture', async () => {
    const { infill, disc } = await setUp({ settings: { tool: 'rectangle' } })
    await infill.page.mouse.move(disc.x, disc.y)
    await infill.page.mouse.down()
    await infill.page.mouse.move(disc.x + 50, disc.y + 50, { steps: 3 })
    await infill.page.keyboard.press('Escape')
    await infill.page.mouse.up()
    expect(await button(infill, 'Remove').isDisabled()).toBe(true)
    expect(await seeRed(infill)).toEqual(disc)
  })

  test('chooses its tools by letters', async () => {
    const { document, infill } = await setUp()
    await infill.page.mouse.click(240, 300)
    for (const [key, tool] of [
      ['l', 'lasso'],
      ['r', 'rectangle'],
      ['v', 'point'],
      ['e', 'eraser'],
      ['p', 'brush'],
    ]) {
      await infill.page.keyboard.press(key!)
      await expect.poll(() => document.settings.tool, patience).toBe(tool)
    }
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const { infill } = await setUp({ theme, widthPx })
      await paintOverRed(infill)
      await button(infill, 'Change what is marked').click()
      await infill.screenshot(`${theme}-${widthPx}-mask`)
      expect(await findFaults(infill.page.frames()[1]!)).toEqual([])
    })
  })
})

async function drag({ page }: WindowPage, points: readonly (readonly [number, number])[]): Promise<void> {
  const [first, ...rest] = points
  await page.mouse.move(...(first as [number, number]))
  await page.mouse.down()
  for (const [x, y] of rest) await page.mouse.move(x, y, { steps: 4 })
  await page.mouse.up()
}

async function removedMask(infill: WindowPage, document: OpenDocument): Promise<Image> {
  await button(infill, 'Remove').click()
  await waitForFills(document, 1)
  return decode(document.document.value.fills[0]!.mask)
}

/** Within a few hundredths: edges on the screen fall between the picture's pixels. */
function expectShare(mask: Image, areaPx: number): void {
  expect(whiteOf(mask) / areaPx).toBeGreaterThan(0.95)
  expect(whiteOf(mask) / areaPx).toBeLessThan(1.05)
}

function alphaAt({ width, data }: Image, x: number, y: number): number {
  return data[(y * width + x) * 4 + 3]!
}

function isWhite({ width, data }: Image, x: number, y: number): boolean {
  return data[(y * width + x) * 4] === 255
}

function whiteOf({ data }: Image): number {
  return data.filter((value, at) => at % 4 === 0 && value === 255).length
}

function boundsOfWhite({ width, data }: Image): Rect {
  const white = [...data.keys()].filter((at) => at % 4 === 0 && data[at] === 255).map((at) => at / 4)
  const [xs, ys] = [white.map((at) => at % width), white.map((at) => Math.floor(at / width))]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 }
}
