import { describe, expect, test } from 'vitest'
import type { Rect } from '../../companion/protocol.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { button, openWindows } from '../support/open-windows.ts'
import { paintOverRed } from '../support/painting.ts'
import { createScene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import { stubEngine } from '../support/stub-engine.ts'
import type { WindowPage } from '../support/window-page.ts'

describeInBrowser('the focus', (browser) => {
  const openInfill = openWindows(browser)

  async function setUp(theme: 'light' | 'dark') {
    const words = stubEngine({ id: 'painter', title: 'Painter', tasks: ['fill'], takesPrompt: true })
    const { port, token } = await startTestCompanion({ engines: [stubEngine(), words] })
    const settings = { placeAtOnce: false }
    const document = openDocument(await createScene(), { token, settings })
    const infill = await openInfill({ sandbox: document.sandbox, port, theme })
    await paintOverRed(infill)
    return infill
  }

  const choose = ({ window }: WindowPage, task: string) =>
    window.getByRole('group', { name: 'What to do' }).getByText(task, { exact: true }).click()

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    test.each<[string, (infill: WindowPage) => Promise<void>, number]>([
      ['marking', async () => {}, 12],
      ['words', (infill) => choose(infill, 'Fill'), 14],
      ['margins', (infill) => choose(infill, 'Expand'), 12],
      ['the settings', (infill) => button(infill, 'Settings').click(), 18],
      [
        'a result',
        async (infill) => {
          await button(infill, 'Remove').click()
          await button(infill, 'Place').waitFor()
        },
        8,
      ],
    ])('goes through %s in the order in which it is read, and is seen', async (_, prepare, least) => {
      const infill = await setUp(theme)
      await prepare(infill)
      const stops = await stopsOf(infill)
      expect(stops.length).toBeGreaterThanOrEqual(least)
      expect(stops.filter(({ isSeen }) => !isSeen).map(({ name }) => name)).toEqual([])
      const turnedBack = stops.slice(1).filter((stop, index) => !follows(stop.rect, stops[index]!.rect))
      expect(turnedBack.map(({ name }) => name)).toEqual([])
    })
  })
})

interface Stop {
  readonly name: string
  readonly rect: Rect
  /** It looks different without the focus. */
  readonly isSeen: boolean
}

/** Where Tab stops, from the window's first control to its last. */
async function stopsOf({ page }: WindowPage): Promise<readonly Stop[]> {
  const frame = page.frames()[1]!
  // From the top, wherever the pointer was last.
  await frame.evaluate(() => {
    ;(document.activeElement as HTMLElement | null)?.blur()
    const top = document.createElement('button')
    document.body.prepend(top)
    top.focus()
    top.remove()
  })
  await page.mouse.move(1, 300)
  const stops: Stop[] = []
  for (;;) {
    await page.keyboard.press('Tab')
    const focused = await frame.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body || !document.hasFocus()) return null
      const { x, y, width, height } = element.getBoundingClientRect()
      const name = element.getAttribute('aria-label') ?? element.closest('label')?.textContent
      return { name: name ?? element.textContent ?? '', rect: { x, y, width, height } }
    })
    if (focused === null) return stops
    const { x, y, width, height } = focused.rect
    const clip = { x: Math.max(0, x - 6), y: Math.max(0, y - 6), width: width + 12, height: height + 12 }
    const look = async () => {
      // The frame is drawn in a process of its own, which may be behind.
      await frame.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      )
      return page.screenshot({ clip, animations: 'disabled', caret: 'hide' })
    }
    const withFocus = await look()
    // Tab goes on from here all the same.
    await frame.evaluate(() => (document.activeElement as HTMLElement).blur())
    stops.push({ ...focused, isSeen: !withFocus.equals(await look()) })
  }
}

/** Further down, or in the same row and further right. */
function follows(rect: Rect, before: Rect): boolean {
  const slack = 6
  return rect.y >= before.y + before.height - slack || rect.x >= before.x + before.width - slack
}
