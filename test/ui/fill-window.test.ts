import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Option } from '../../companion/protocol.ts'
import type { Settings } from '../../plugin/messages.ts'
import { pixelAt } from '../support/assert-image.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { decode } from '../support/fake-figma/index.ts'
import { button, expectNoFaults, openWindows, waitForFills } from '../support/open-windows.ts'
import { paintOverRed, patience, waitForNoRed, waitForRed } from '../support/painting.ts'
import { publishModel } from '../support/published-model.ts'
import { createScene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import { type StubSettings, stubEngine, stubFill } from '../support/stub-engine.ts'
import type { WindowPage, WindowPageOptions } from '../support/window-page.ts'

const options: readonly Option[] = [
  { name: 'preset', kind: 'choice', default: null, choices: ['fast', 'old-photo'], label: 'Preset' },
  { name: 'steps', kind: 'integer', default: null, min: 1, max: 50, label: 'Steps' },
]

describeInBrowser('filling by words', (browser) => {
  const openInfill = openWindows(browser)

  /** A picture, and an engine that fills by words (in the colours of the stub) beside one that removes. */
  async function setUp({
    painter,
    settings = {},
    ...page
  }: Partial<WindowPageOptions> & { painter?: StubSettings; settings?: Partial<Settings> } = {}) {
    const words = stubEngine({
      ...{ id: 'painter', title: 'Painter', tasks: ['fill'], takesPrompt: true, options },
      ...painter,
    })
    const companion = await startTestCompanion({ engines: [stubEngine(), words] })
    const scene = await createScene()
    const document = openDocument(scene, { token: companion.token, settings })
    const open = async () => {
      const infill = await openInfill({ sandbox: document.sandbox, port: companion.port, ...page })
      await waitForRed(infill)
      return infill
    }
    return { words, companion, scene, document, open, infill: await open() }
  }

  test('makes what is written where it was marked, on a layer of its own', async () => {
    const { words, scene, document, infill } = await setUp()
    await chooseTask(infill, 'Fill')
    await paintOverRed(infill)
    expect(await button(infill, 'Fill').isDisabled()).toBe(true)
    await prompt(infill).fill('a red vase')
    await infill.window.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Old photo' })
    await button(infill, 'Fill').click()
    await expect.poll(() => document.document.value.fills.length, patience).toBe(1)
    await waitForNoRed(infill)

    const { png, recipe } = document.document.value.fills[0]!
    const { x, y, width, height } = scene.discs[0]!
    const [middleX, middleY] = [x + (width - 1) / 2, y + (height - 1) / 2]
    expect(pixelAt(await decode(png), middleX, middleY).slice(0, 2)).toEqual([stubFill.red, stubFill.green])
    expect(recipe).toMatchObject({
      task: 'fill',
      engine: 'painter',
      prompt: 'a red vase',
      options: { preset: 'old-photo' },
    })
    expect(words.fills[0]!.settings).toMatchObject({ prompt: 'a red vase', options: { preset: 'old-photo' } })
  })

  test('begins with Enter in the words, and Shift+Enter makes a line', async () => {
    const { document, infill } = await setUp()
    await chooseTask(infill, 'Fill')
    await paintOverRed(infill)
    await prompt(infill).fill('a vase')
    await prompt(infill).press('Shift+Enter')
    expect(await prompt(infill).inputValue()).toBe('a vase\n')
    await prompt(infill).press('Enter')
    await expect.poll(() => document.document.value.fills.length, patience).toBe(1)
  })

  test('shows all of a longer prompt, up to five lines', async () => {
    const { infill } = await setUp({ widthPx: 320 })
    await chooseTask(infill, 'Fill')
    const heights = () =>
      prompt(infill).evaluate(({ clientHeight, scrollHeight }) => [clientHeight, scrollHeight])
    const [empty] = await heights()
    await prompt(infill).fill('a vase, and flowers in it, '.repeat(6))
    const [grown, whole] = await heights()
    expect(grown).toBe(whole)
    expect(grown).toBeGreaterThan(empty!)
    await prompt(infill).fill('a vase, and flowers in it, '.repeat(30))
    const [most, more] = await heights()
    expect(most).toBeGreaterThan(grown!)
    expect(more).toBeGreaterThan(2 * most!)
  })

  test('asks for no words to remove something', async () => {
    const { infill } = await setUp()
    expect(await infill.window.getByRole('textbox').count()).toBe(0)
    await chooseTask(infill, 'Fill')
    expect(await prompt(infill).count()).toBe(1)
    await chooseTask(infill, 'Remove')
    expect(await infill.window.getByRole('textbox').count()).toBe(0)
  })

  test('offers what the engine describes, and passes it on', async () => {
    const { words, document, infill } = await setUp()
    await chooseTask(infill, 'Fill')
    await paintOverRed(infill)
    await prompt(infill).fill('a vase')
    await button(infill, 'More options').click()
    await infill.window.getByRole('textbox', { name: 'What should not be there' }).fill('roses')
    const steps = infill.window.getByRole('spinbutton', { name: 'Steps' })
    await steps.fill('900')
    await steps.blur()
    expect(await steps.inputValue()).toBe('50')
    await infill.window.getByRole('spinbutton', { name: 'Seed' }).fill('77')
    await button(infill, 'More options').click()
    await button(infill, 'Fill').click()
    await expect.poll(() => document.document.value.fills.length, patience).toBe(1)
    const { settings } = words.fills[0]!
    expect(settings).toMatchObject({ negativePrompt: 'roses', seed: 77 })
    expect(settings.options).toMatchObject({ steps: 50 })
    expect(settings.options).not.toHaveProperty('preset')
  })

  test('shows what is coming while it is made, when that is asked for', async () => {
    const { words, infill } = await setUp()
    await chooseTask(infill, 'Fill')
    await paintOverRed(infill)
    await prompt(infill).fill('a vase')
    await button(infill, 'More options').click()
    await infill.window.getByRole('checkbox', { name: 'Show the fill while it is made' }).check()
    await button(infill, 'More options').click()
    words.block()
    await button(infill, 'Fill').click()
    await words.blocked()
    const middle = await infill.window.locator('.making canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas
      return [...canvas.getContext('2d')!.getImageData(width / 2, height / 2, 1, 1).data]
    })
    expect(middle).toEqual([stubFill.red, stubFill.green, 0, 255])
    words.release()
    await infill.window.locator('.making').waitFor({ state: 'detached' })
  })

  test('gives several results to flip through, and places the one that is shown', async () => {
    const { words, document, infill } = await setUp()
    await chooseTask(infill, 'Fill')
    await infill.window.getByRole('combobox', { name: 'Number of results' }).selectOption('3')
    await paintOverRed(infill)
    await prompt(infill).fill('a vase')
    await button(infill, 'Fill').click()
    await result(infill, 1, 3).waitFor()
    expect(document.document.value.fills).toEqual([])
    const seeds = words.fills.map(({ settings }) => settings.seed)
    await infill.window.getByText(`Seed ${seeds[0]}`, { exact: true }).waitFor()
    await infill.page.keyboard.press('ArrowRight')
    await infill.window.getByText(`Seed ${seeds[1]}`, { exact: true }).waitFor()
    await infill.page.keyboard.press('ArrowLeft')
    await infill.page.keyboard.press('ArrowLeft')
    expect(await result(infill, 3, 3).isChecked()).toBe(true)
    await infill.window.getByText(`Seed ${seeds[2]}`, { exact: true }).waitFor()
    await button(infill, 'Place').click()
    await expect.poll(() => document.document.value.fills[0]?.recipe.seed, patience).toBe(seeds[2])
  })

  test('makes another from a new seed, and the same again from a seed that is kept', async () => {
    const { words, infill } = await setUp({ settings: { placeAtOnce: false } })
    await chooseTask(infill, 'Fill')
    await paintOverRed(infill)
    await prompt(infill).fill('a vase')
    await button(infill, 'Fill').click()
    await button(infill, 'Another result').click()
    await expect.poll(() => words.fills.length, patience).toBe(2)
    await button(infill, 'Keep this seed for the next fill').click()
    await button(infill, 'Discard').click()
    await button(infill, 'Fill').click()
    await button(infill, 'Place').waitFor()
    const [first, second, third] = words.fills.map(({ settings }) => settings.seed)
    expect(second).not.toBe(first)
    expect(third).toBe(second)
  })

  test('brings back words, mask and seed when the fill is edited', async () => {
    const { words, document, infill } = await setUp()
    await chooseTask(infill, 'Fill')
    await paintOverRed(infill)
    await prompt(infill).fill('a vase')
    await button(infill, 'Fill').click()
    await expect.poll(() => document.document.value.fills.length, patience).toBe(1)
    const { layerId, hash } = document.document.value.fills[0]!
    await chooseTask(infill, 'Remove')
    await infill.edit(layerId)
    await infill.window.getByText('Editing a fill').waitFor()
    expect(await prompt(infill).inputValue()).toBe('a vase')
    await button(infill, 'Fill').click()
    await expect.poll(() => words.fills.length, patience).toBe(2)
    const [first, second] = words.fills
    expect(second!.settings.seed).toBe(first!.settings.seed)
    await infill.window.getByText('Editing a fill').waitFor({ state: 'detached' })
    // The same words, mask and seed make the same picture, in the same place.
    expect(document.document.value.fills.map((fill) => fill.hash)).toEqual([hash])
  })

  test('fills a layer without a picture as a whole, by words alone', async () => {
    const shape = [
      { x: 60, y: 30 },
      { x: 180, y: 30 },
      { x: 180, y: 150 },
      { x: 60, y: 150 },
    ]
    const words = stubEngine({ id: 'painter', title: 'Painter', tasks: ['fill'], takesPrompt: true })
    const companion = await startTestCompanion({ engines: [stubEngine(), words] })
    const source = { kind: 'surroundings', shape } as const
    const document = openDocument(await createScene(), { token: companion.token, source })
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port })
    await prompt(infill).fill('a vase')
    expect(await infill.window.getByText('Remove', { exact: true }).count()).toBe(0)
    await button(infill, 'Fill').click()
    await waitForFills(document, 1)
    const mask = await decode(document.document.value.fills[0]!.mask)
    expect(pixelAt(mask, 60, 30)).toEqual([255, 255, 255, 255])
    expect(pixelAt(mask, 179, 149)).toEqual([255, 255, 255, 255])
    expect(pixelAt(mask, 59, 90)).toEqual([0, 0, 0, 255])
  })

  test('says that the models know English, where the words are in another script', async () => {
    const { infill } = await setUp()
    await chooseTask(infill, 'Fill')
    await prompt(infill).fill('红色花瓶')
    await infill.window.getByText('The models know English best').waitFor()
    await prompt(infill).fill('a red vase')
    await infill.window.getByText('The models know English best').waitFor({ state: 'detached' })
  })

  test('leads to the models where none is installed that could do it', async () => {
    const { model } = await publishModel()
    const words = stubEngine({ id: 'painter', tasks: ['fill'], takesPrompt: true, models: ['tiny'] })
    const companion = await startTestCompanion({
      engines: [stubEngine(), words],
      store: { models: [model], environment: {} },
    })
    const document = openDocument(await createScene(), { token: companion.token })
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port })
    await waitForRed(infill)
    await chooseTask(infill, 'Fill')
    await infill.window.getByText('Filling by words needs a model').waitFor()
    await button(infill, 'Models…').click()
    await infill.window.getByRole('heading', { name: 'Models' }).waitFor()
  })

  test('follows a shape as closely as it is told, where an engine can', async () => {
    const fitting: Option = { name: 'fitting', kind: 'number', default: 1, min: 0, max: 1, label: 'Fitting' }
    const { words, document, infill } = await setUp({
      painter: { tasks: ['fill', 'shape'], options: [fitting] },
    })
    await chooseTask(infill, 'Shape')
    await paintOverRed(infill)
    await prompt(infill).fill('a vase')
    const slider = infill.window.getByRole('slider', { name: 'How closely the shape is followed' })
    await slider.focus()
    await slider.press('Home')
    await button(infill, 'Shape').click()
    await expect.poll(() => document.document.value.fills.length, patience).toBe(1)
    expect(words.fills[0]!.settings).toMatchObject({ task: 'shape', options: { fitting: 0 } })
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const { words, infill } = await setUp({ theme, widthPx })
      await chooseTask(infill, 'Fill')
      await paintOverRed(infill)
      await prompt(infill).fill('红 vase')
      await expectNoFaults(infill, `${theme}-${widthPx}-fill`)
      await button(infill, 'More options').click()
      await expectNoFaults(infill, `${theme}-${widthPx}-fill-options`)
      await button(infill, 'More options').click()
      await infill.window.getByRole('combobox', { name: 'Number of results' }).selectOption('4')
      words.block()
      await button(infill, 'Fill').click()
      await words.blocked()
      await expectNoFaults(infill, `${theme}-${widthPx}-filling`)
      words.release()
      await result(infill, 1, 4).waitFor()
      await expectNoFaults(infill, `${theme}-${widthPx}-results`)
    })
  })
})

async function chooseTask({ window }: WindowPage, name: string): Promise<void> {
  await window.getByRole('group', { name: 'What to do' }).getByText(name, { exact: true }).click()
}

function prompt({ window }: WindowPage): Locator {
  return window.getByRole('textbox', { name: 'What should be there' })
}

function result({ window }: WindowPage, index: number, count: number): Locator {
  return window.getByRole('radio', { name: `Result ${index} of ${count}` })
}
