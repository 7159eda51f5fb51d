import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import { installationFolder } from '../../../companion/installation.ts'
import { type Companion, startCompanion } from '../../../companion/server.ts'
import type { Settings } from '../../../plugin/messages.ts'
import { launchChromium } from '../../support/launch-chromium.ts'
import { openPictureDocument } from '../../support/stand-in.ts'
import { openWindow, type WindowPage } from '../../support/window-page.ts'

/** A conifer before the sky, in a photograph of about a megapixel; where it is, as a share of the picture. */
const photo = { file: 'hill-tree.jpg', click: { x: 0.74, y: 0.58 } } as const
const large = { width: 4000, height: 3000 } as const
/** As of a machine a quarter as fast. */
const slowdown = 4

/** Prints what a person waits for. */
export async function benchWindow(runs: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  const browser = await launchChromium()
  const companion = await startCompanion({ ports: [0], dataFolder: folder })
  try {
    for (const removeAtOnce of [true, false]) {
      const waits: Wait[] = []
      for (let run = 0; run < runs; run++) waits.push(await clickToLayer(browser, companion, removeAtOnce))
      const clicks = removeAtOnce ? 'one click (Remove at once)' : 'two clicks'
      print(
        `from ${clicks} to the placed layer, ${await sizeOfPhoto()}`,
        waits.map(({ ms }) => ms),
      )
      print(
        '  processor time of the companion',
        waits.map(({ processorMs }) => processorMs),
      )
    }
    for (const tool of ['brush', 'lasso'] as const) {
      const { events, longTasks } = await mark(browser, companion, tool)
      print(
        `main thread for each pointer event, ${tool}, 12 megapixels, CPU slowed ${slowdown} times`,
        events,
      )
      console.log(`  long tasks: ${longTasks}`)
    }
  } finally {
    await browser.close()
    await companion.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function clickToLayer(browser: Browser, companion: Companion, removeAtOnce: boolean): Promise<Wait> {
  const bytes = await readFile(join(installationFolder, 'test/fixtures/pictures', photo.file))
  const { infill, document } = await open(browser, companion, bytes, { tool: 'point', removeAtOnce })
  const { x, y, width, height } = await pictureOn(infill)
  await infill.page.waitForTimeout(preparedMs)
  const [begun, usedBefore] = [performance.now(), process.cpuUsage()]
  await infill.page.mouse.click(x + photo.click.x * width, y + photo.click.y * height)
  if (!removeAtOnce) await infill.window.getByRole('button', { name: 'Remove', exact: true }).click()
  while (document.value.fills.length === 0) await infill.page.waitForTimeout(5)
  const ms = performance.now() - begun
  const { user, system } = process.cpuUsage(usedBefore)
  await infill.close()
  return { ms, processorMs: (user + system) / 1000 }
}

interface Wait {
  readonly ms: number
  /** Of this process, in which the companion runs: what the wait would be at least on one idle core. */
  readonly processorMs: number
}

/** What a person looks at the picture for, at least, before the first click. */
const preparedMs = 2000

async function mark(browser: Browser, companion: Companion, tool: 'brush' | 'lasso') {
  const bytes = await sharp({ create: { ...large, channels: 3, background: '#7890a0' } })
    .jpeg()
    .toBuffer()
  const { infill } = await open(browser, companion, bytes, { tool })
  const { x, y, width, height } = await pictureOn(infill)
  const client = await infill.page.context().newCDPSession(infill.page)
  await client.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const frame = infill.page.frames()[1]!
  await frame.evaluate(measure)
  await infill.page.mouse.move(x + 0.1 * width, y + 0.1 * height)
  await infill.page.mouse.down()
  for (let step = 1; step <= 60; step++) {
    const way = step / 60
    await infill.page.mouse.move(x + (0.1 + 0.8 * way) * width, y + (0.5 + 0.35 * Math.sin(9 * way)) * height)
  }
  await infill.page.mouse.up()
  const measured = await frame.evaluate(() => (globalThis as unknown as { measured: Measured }).measured)
  await infill.close()
  return measured
}

interface Measured {
  /** Milliseconds of the handlers of each pointer event. */
  readonly events: number[]
  longTasks: number
}

/** In the page: times every handler of pointer events, and counts tasks of 50 ms and more. */
function measure(): void {
  const measured: Measured = { events: [], longTasks: 0 }
  Object.assign(globalThis, { measured })
  let begun = 0
  for (const type of ['pointerdown', 'pointermove', 'pointerup']) {
    window.addEventListener(type, () => (begun = performance.now()), true)
    window.addEventListener(type, () => measured.events.push(performance.now() - begun))
  }
  new PerformanceObserver((list) => {
    measured.longTasks += list.getEntries().length
  }).observe({ type: 'longtask' })
}

async function open(browser: Browser, companion: Companion, bytes: Buffer, settings: Partial<Settings>) {
  const { width, height } = await sharp(bytes).metadata()
  const picture = { bytes: new Uint8Array(bytes), widthPx: width, heightPx: height }
  const document = openPictureDocument(picture, { token: companion.token, settings })
  const infill = await openWindow(browser, {
    sandbox: document.sandbox,
    port: companion.port,
    widthPx: 640,
    heightPx: 720,
  })
  await infill.window.getByRole('button', { name: 'Zoom in' }).waitFor()
  return { infill, document: document.document }
}

/** Where the picture is seen, in the page's CSS pixels: it fills the stage but for its margins. */
async function pictureOn(infill: WindowPage) {
  const stage = (await infill.window.locator('.canvas').boundingBox())!
  const margin = 16
  const { width, height } = { width: stage.width - 2 * margin, height: stage.height - 2 * margin }
  const ratio = 4 / 3
  const shown = Math.min(width, height * ratio)
  return {
    x: stage.x + (stage.width - shown) / 2,
    y: stage.y + (stage.height - shown / ratio) / 2,
    width: shown,
    height: shown / ratio,
  }
}

async function sizeOfPhoto(): Promise<string> {
  const { width, height } = await sharp(
    join(installationFolder, 'test/fixtures/pictures', photo.file),
  ).metadata()
  return `${width} × ${height}`
}

function print(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b)
  const middle = sorted[sorted.length >> 1]!
  console.log(`${what}: median ${middle.toFixed(1)} ms, worst ${sorted.at(-1)!.toFixed(1)} ms`)
}
