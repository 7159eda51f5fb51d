import { describe, expect, test } from 'vitest'
import { powerPaint } from '../../companion/engines/powerpaint/index.ts'
import { stableDiffusion } from '../../companion/engines/stable-diffusion/index.ts'
import { selectors } from '../../companion/select/index.ts'
import { models } from '../../models/index.ts'
import { schedulerNames } from '../../ui/strings/scheduler-names.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { startTestCompanion } from '../support/companion.ts'
import { button, expectNoFaults, openWindows, waitForFills } from '../support/open-windows.ts'
import { paintOverRed, waitForRed } from '../support/painting.ts'
import { createScene } from '../support/scene.ts'
import { openDocument } from '../support/stand-in.ts'
import { stubEngine } from '../support/stub-engine.ts'
import type { WindowPage } from '../support/window-page.ts'

/** What is called the same in every language: names, keys, units. */
const names = [
  ...[
    'Infill',
    'Figma',
    'Discs',
    'PNG',
    'English',
    'a red vase',
    'npm start',
    'infill pair',
    'Mac',
    'GB',
    'MB',
  ],
  ...['Shift', 'Alt', 'Tab', 'Enter', 'Esc', 'Ctrl', 'Space'],
  ...[
    'LaMa',
    'MI-GAN',
    'Stable Diffusion',
    'LCM-LoRA',
    'PowerPaint',
    'Segment Anything',
    'SAM',
    'EdgeTAM',
    'tiny',
  ],
  ...['CreativeML Open RAIL', 'Apache', 'MIT', ...Object.values(schedulerNames)],
]

describeInBrowser('in Chinese', (browser) => {
  const openInfill = openWindows(browser)

  describe.each([
    ['light', 320],
    ['dark', 420],
    ['light', 900],
  ] as const)(
    'the window can be read by everyone, in %s and %i pixels wide, to the last word',
    (theme, widthPx) => {
      const look = async (infill: WindowPage, state: string) => {
        await expectNoFaults(infill, `${theme}-${widthPx}-zh-${state}`)
        expect(await englishIn(infill), state).toEqual([])
      }

      /** The real engines' names, options and models, before engines that fill at once. */
      async function open(token: boolean) {
        const eraser = stubEngine({ id: 'patchmatch', title: 'Quick fill' })
        const painter = { ...stubEngine({ tasks: ['fill', 'shape'], takesPrompt: true }), models: [] }
        const { options: ofDiffusion } = stableDiffusion
        const options = [
          ...ofDiffusion,
          ...powerPaint.options.filter(({ name }) => !ofDiffusion.some((o) => o.name === name)),
        ]
        const engines = [eraser, { ...painter, id: 'painter', title: '画家', options }]
        const companion = await startTestCompanion({ engines, selectors, store: { models, environment: {} } })
        const settings = { placeAtOnce: false }
        const document = openDocument(await createScene(), token ? { token: companion.token, settings } : {})
        const { port } = companion
        const infill = await openInfill({
          sandbox: document.sandbox,
          port,
          widthPx,
          theme,
          language: 'zh-CN',
        })
        return { companion, eraser, document, infill }
      }

      test('before it is connected', async () => {
        const { companion, document, infill } = await open(false)
        await infill.window.getByRole('textbox', { name: '配对码' }).waitFor()
        await look(infill, 'pairing')
        await companion.stop()
        const { port } = companion
        const lost = await openInfill({ sandbox: document.sandbox, port, widthPx, theme, language: 'zh-CN' })
        await lost.window.getByRole('heading', { name: '启动本机服务' }).waitFor()
        await look(lost, 'start')
        const localNetwork = 'denied' as const
        const blocked = await openInfill({
          ...{ sandbox: document.sandbox, port, widthPx, theme, language: 'zh-CN', localNetwork },
        })
        await blocked.window.getByRole('heading', { name: '浏览器阻止了本机服务' }).waitFor()
        await look(blocked, 'blocked')
      })

      test('from a mark to a layer', async () => {
        const { eraser, document, infill } = await open(true)
        await waitForRed(infill)
        await look(infill, 'picture')
        await paintOverRed(infill)
        await button(infill, '修改标记').click()
        await look(infill, 'mask')
        await infill.page.keyboard.press('Escape')
        eraser.block()
        await button(infill, '去除').click()
        await eraser.blocked()
        await look(infill, 'removing')
        eraser.release()
        await button(infill, '放置').waitFor()
        await look(infill, 'result')
        await button(infill, '放置').click()
        await waitForFills(document, 1)
        await button(infill, '这张图片上的结果（1）').click()
        await look(infill, 'results-list')
        await button(infill, '编辑：去除').click()
        await infill.window.getByText('正在编辑填充').waitFor()
        await infill.page.keyboard.press('Escape')
        await look(infill, 'editing')
      })

      test('with all its options and pages', async () => {
        const { infill } = await open(true)
        await waitForRed(infill)
        const task = infill.window.getByRole('group', { name: '要做什么' })
        await task.getByText('填充', { exact: true }).click()
        await look(infill, 'fill')
        await button(infill, '更多选项').click()
        await look(infill, 'fill-options')
        await button(infill, '更多选项').click()
        await task.getByText('形状', { exact: true }).click()
        await look(infill, 'shape')
        await task.getByText('扩展', { exact: true }).click()
        await look(infill, 'expand')
        await button(infill, '设置').click()
        await look(infill, 'settings')
        await button(infill, '快捷键…').click()
        await look(infill, 'keys')
        await infill.page.keyboard.press('Escape')
        await button(infill, '使用方法…').click()
        for (const [index, next] of ['下一步', '下一步', '开始'].entries()) {
          await look(infill, `guide-${index + 1}`)
          await button(infill, next).click()
        }
        await button(infill, '模型…').click()
        await infill.window.getByRole('article').first().waitFor()
        await look(infill, 'models')
      })
    },
  )
})

/** Words that are seen or read out, and are neither Chinese nor names. */
async function englishIn({ page }: WindowPage): Promise<readonly string[]> {
  const said = await page.frames()[1]!.evaluate(() => {
    const named = ['aria-label', 'title', 'placeholder'].flatMap((attribute) =>
      [...document.querySelectorAll(`[${attribute}]`)].map((each) => each.getAttribute(attribute) ?? ''),
    )
    const choices = [...document.querySelectorAll('option')].map((option) => option.textContent ?? '')
    return [document.body.innerText, ...named, ...choices].join('\n')
  })
  const longestFirst = names.toSorted((a, b) => b.length - a.length)
  const rest = longestFirst.reduce((text, name) => text.replaceAll(name, ' '), said)
  return [...new Set(rest.match(/[A-Za-z]{2,}/g) ?? [])]
}
