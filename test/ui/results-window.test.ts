import { describe, expect, test } from 'vitest'
import type { Settings } from '../../plugin/messages.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { button, expectNoFaults, openWindows, waitForFills } from '../support/open-windows.ts'
import { paintOverRed, patience, seeRed, waitForNoRed, waitForRed } from '../support/painting.ts'
import { createScene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import { stubEngine } from '../support/stub-engine.ts'
import type { WindowPageOptions } from '../support/window-page.ts'

describeInBrowser('results', (browser) => {
  const openInfill = openWindows(browser)

  /** Two red discs, an engine that removes and one that fills by words. */
  async function setUp({
    settings = {},
    ...page
  }: Partial<WindowPageOptions> & { settings?: Partial<Settings> } = {}) {
    const words = stubEngine({ id: 'painter', title: 'Painter', tasks: ['fill'], takesPrompt: true })
    const eraser = stubEngine()
    const companion = await startTestCompanion({ engines: [eraser, words] })
    const scene = await createScene(2)
    const document = openDocument(scene, { token: companion.token, settings })
    const infill = await openInfill({ sandbox: document.sandbox, port: companion.port, ...page })
    await waitForRed(infill)
    return { eraser, words, document, infill }
  }

  /** The first disc becomes a vase, on a layer of its own. */
  async function fillFirst({
    infill,
    document,
  }: Pick<Awaited<ReturnType<typeof setUp>>, 'infill' | 'document'>) {
    await infill.window.getByText('Fill', { exact: true }).click()
    await paintOverRed(infill)
    await infill.window.getByRole('textbox', { name: 'What should be there' }).fill('a vase')
    await button(infill, 'Fill').click()
    await waitForFills(document, 1)
    await button(infill, 'Results on this picture (1)').waitFor()
  }

  test('are listed with how they were made', async () => {
    const { words, document, infill } = await setUp()
    await button(infill, 'Results on this picture (0)').click()
    await infill.window.getByText('Nothing has been filled on this picture yet.').waitFor()
    await infill.page.keyboard.press('Escape')
    await fillFirst({ infill, document })
    await button(infill, 'Results on this picture (1)').click()
    const { seed } = words.fills[0]!.settings
    await infill.window.getByText(`Painter · seed ${seed}`).waitFor()
    await infill.window.getByRole('listitem').getByText('a vase').waitFor()
  })

  test('show their layers', async () => {
    const { document, infill } = await setUp()
    await fillFirst({ infill, document })
    await button(infill, 'Results on this picture (1)').click()
    await button(infill, 'Show its layer: a vase').click()
    await expect.poll(() => document.revealed, patience).toEqual([document.document.value.fills[0]!.layerId])
  })

  test('are made once more from another seed, in their place', async () => {
    const { words, document, infill } = await setUp()
    await fillFirst({ infill, document })
    await button(infill, 'Results on this picture (1)').click()
    await button(infill, 'Another: a vase').click()
    await expect.poll(() => words.fills.length, patience).toBe(2)
    await expect
      .poll(() => document.document.value.fills[0]?.recipe.seed, patience)
      .toBe(words.fills[1]!.settings.seed)
    expect(words.fills[1]!.settings.seed).not.toBe(words.fills[0]!.settings.seed)
    expect(words.fills[1]!.settings.prompt).toBe('a vase')
    expect(document.document.value.fills.length).toBe(1)
  })

  test('are made again elsewhere', async () => {
    const { words, document, infill } = await setUp()
    await fillFirst({ infill, document })
    await infill.window.getByText('Remove', { exact: true }).first().click()
    await button(infill, 'Results on this picture (1)').click()
    await button(infill, 'Same again elsewhere: a vase').click()
    await infill.window.getByText('Mark where the same should be done.').waitFor()
    await infill.page.keyboard.press('Escape')
    await paintOverRed(infill)
    await button(infill, 'Fill').click()
    await waitForFills(document, 2)
    expect(words.fills[1]!.settings.prompt).toBe('a vase')
    await waitForNoRed(infill)
  })

  test('are deleted, and come back with Undo', async () => {
    const { document, infill } = await setUp()
    const first = await waitForRed(infill)
    await fillFirst({ infill, document })
    await button(infill, 'Results on this picture (1)').click()
    await button(infill, 'Delete: a vase').click()
    await waitForFills(document, 0)
    await infill.page.keyboard.press('Escape')
    await expect.poll(async () => (await seeRed(infill))?.x, patience).toBe(first.x)
    await button(infill, 'Undo').click()
    await waitForFills(document, 1)
    expect(document.document.value.fills[0]!.recipe.prompt).toBe('a vase')
    await button(infill, 'Undo').click()
    await waitForFills(document, 0)
  })

  test('are replaced when they are edited, or kept below, as chosen', async () => {
    const { document, infill } = await setUp()
    await fillFirst({ infill, document })
    const { layerId } = document.document.value.fills[0]!
    await button(infill, 'Results on this picture (1)').click()
    await button(infill, 'Edit: a vase').click()
    await infill.window.getByText('Editing a fill').waitFor()
    await infill.page.keyboard.press('Escape')
    await infill.window.getByText('Keep it below').click()
    await button(infill, 'Fill').click()
    await waitForFills(document, 2)
    expect(document.document.value.fills[0]!.layerId).toBe(layerId)
    await infill.window.getByText('Editing a fill').waitFor({ state: 'detached' })

    await infill.edit(layerId)
    await infill.window.getByText('Editing a fill').waitFor()
    await button(infill, 'Fill').click()
    await infill.window.getByText('Editing a fill').waitFor({ state: 'detached' })
    expect(document.document.value.fills.length).toBe(2)
  })

  test('are made again in one go when the layer shows another picture', async () => {
    const { eraser, words, document, infill } = await setUp()
    await fillFirst({ infill, document })
    await infill.window.getByText('Remove', { exact: true }).first().click()
    await paintOverRed(infill)
    await button(infill, 'Remove').click()
    await waitForFills(document, 2)
    const [filled, removed] = document.document.value.fills
    const seeds = [words.fills[0]!.settings.seed, eraser.fills[0]!.settings.seed]

    const other = await createScene(2)
    const { picture } = document.document.value
    document.document.change({
      ...document.document.value,
      picture: { ...picture!, bytes: new Uint8Array(other.png), hash: 'hash of other discs' },
    })
    await infill.lookAgain()
    await infill.window.getByText('2 fills were made for the one before.').waitFor()
    await button(infill, 'Run again').click()
    await expect
      .poll(() => document.document.value.fills.map(({ recipe }) => recipe.sourceHash), patience)
      .toEqual(['hash of other discs', 'hash of other discs'])
    expect(document.document.value.fills.map(({ layerId }) => layerId)).toEqual([
      filled!.layerId,
      removed!.layerId,
    ])
    expect([words.fills[1]!.settings.seed, eraser.fills[1]!.settings.seed]).toEqual(seeds)
    await waitForNoRed(infill)
    expect(await infill.window.getByText('were made for the one before').count()).toBe(0)
  })

  test('are compared with the original along a line that is dragged', async () => {
    const { document, infill } = await setUp()
    await fillFirst({ infill, document })
    const { x: secondX } = await waitForRed(infill)
    await button(infill, 'Compare side by side').click()
    const split = infill.window.getByRole('slider', { name: 'How much of the original is shown' })
    // The left half is the original again.
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBeLessThan(secondX)
    const box = (await split.boundingBox())!
    await infill.page.mouse.move(box.x + box.width / 2, box.y + 40)
    await infill.page.mouse.down()
    await infill.page.mouse.move(4, box.y + 40, { steps: 4 })
    await infill.page.mouse.up()
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBe(secondX)
    await split.focus()
    for (let step = 0; step < 12; step++) await infill.page.keyboard.press('ArrowRight')
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBeLessThan(secondX)
    await button(infill, 'Compare side by side').click()
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBe(secondX)
  })

  test('are compared with the original as long as the button is held, by pointer or by key', async () => {
    const { document, infill } = await setUp()
    const { x: firstX } = await waitForRed(infill)
    await fillFirst({ infill, document })
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBeGreaterThan(firstX)
    const { x: secondX } = await waitForRed(infill)
    const compare = button(infill, 'Hold to see the original')
    await compare.hover()
    await infill.page.mouse.down()
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBe(firstX)
    await infill.page.mouse.up()
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBe(secondX)
    await compare.focus()
    await infill.page.keyboard.down('Enter')
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBe(firstX)
    await infill.page.keyboard.up('Enter')
    await expect.poll(async () => (await seeRed(infill))!.x, patience).toBe(secondX)
  })

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each([320, 420, 900])('can be read by everyone at %i px', async (widthPx) => {
      const { document, infill } = await setUp({ theme, widthPx })
      await fillFirst({ infill, document })
      await button(infill, 'Results on this picture (1)').click()
      await expectNoFaults(infill, `${theme}-${widthPx}-results-list`)
      await button(infill, 'Edit: a vase').click()
      await infill.window.getByText('Editing a fill').waitFor()
      await infill.page.keyboard.press('Escape')
      await expectNoFaults(infill, `${theme}-${widthPx}-editing`)
      await button(infill, 'Fill').click()
      await infill.window.getByText('Editing a fill').waitFor({ state: 'detached' })
      await button(infill, 'Compare side by side').click()
      await expectNoFaults(infill, `${theme}-${widthPx}-split`)
    })
  })
})
