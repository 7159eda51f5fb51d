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
import { clock, type Stage, stagesOf, takeNotes } from './timeline.ts'

/**
 * A photograph of about a megapixel. Clicked at are a conifer before the sky, then a bush beside it; where they are, as a
 * share of the picture.
 */
const photo = {
  file: 'hill-tree.jpg',
  clicks: [
    { x: 0.74, y: 0.58 },
    { x: 0.3, y: 0.75 },
  ],
} as const
const large = { width: 4000, height: 3000 } as const
/** As of a machine a quarter as fast. */
const slowdown = 4

/** Prints what a person waits for. */
export async function benchWindow(runs: number): Promise<void> {
  const browser = await launchChromium()
  try {
    for (const removeAtOnce of [true, false]) {
      const clicks = removeAtOnce ? 'one click (Remove at once)' : 'two clicks'
      const [first, next]: [Wait[], Wait[]] = [[], []]
      for (let run = 0; run < runs; run++) {
        const waits = await clicksToLayers(browser, removeAtOnce)
        first.push(waits[0]!)
        next.push(waits[1]!)
      }
      console.log(`From ${clicks} to the placed layer, ${await sizeOfPhoto()}`)
      printWaits('the first since the companion started', first)
      printWaits('the next in the same window', next)
    }
    await withCompanion(async (companion) => {
      for (const tool of ['brush', 'lasso'] as const) {
        const { events, longTasks } = await mark(browser, companion, tool)
        print(
          `Main thread for each pointer event, ${tool}, 12 megapixels, CPU slowed ${slowdown} times`,
          events,
        )
        console.log(`  long tasks: ${longTasks}`)
      }
    })
  } finally {
    await browser.close()
  }
}

async function withCompanion<T>(use: (companion: Companion) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'infill-bench-'))
  const companion = await startCompanion({ ports: [0], dataFolder: folder })
  try {
    return await use(companion)
  } finally {
    await companion.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A companion that has just started, a window, and one thing after the other. */
function clicksToLayers(browser: Browser, removeAtOnce: boolean): Promise<Wait[]> {
  return withCompanion(async (companion) => {
    const bytes = await readFile(join(installationFolder, 'test/fixtures/pictures', photo.file))
    const { infill, document } = await open(browser, companion, bytes, { tool: 'point', removeAtOnce })
    const notes = await takeNotes(infill.page.frames()[1]!)
    const { x, y, width, height } = await pictureOn(infill)
    const waits: Wait[] = []
    for (const click of photo.clicks) {
      await infill.page.waitForTimeout(preparedMs)
      const [usedBefore, fillsBefore] = [process.cpuUsage(), document.value.fills]
      await infill.page.mouse.click(x + click.x * width, y + click.y * height)
      if (!removeAtOnce) await infill.window.getByRole('button', { name: 'Remove', exact: true }).click()
      while (document.value.fills === fillsBefore) await infill.page.waitForTimeout(5)
      const placed = clock()
      const { user, system } = process.cpuUsage(usedBefore)
      const timeline = { ...(await notes()), placed }
      const stages = stagesOf(timeline)
      waits.push({ ms: placed - timeline.presses[0]!, processorMs: (user + system) / 1000, stages })
    }
    await infill.close()
    return waits
  })
}

interface Wait {
  readonly ms: number
  /** Of this process, in which the companion runs: what the wait would be at least on one idle core. */
  readonly processorMs: number
  readonly stages: readonly Stage[]
}

/** What a person looks at the picture for, at least, before a click. */
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

function printWaits(what: string, waits: readonly Wait[]): void {
  print(
    `  ${what}`,
    waits.map(({ ms }) => ms),
  )
  for (const [index, { name }] of waits[0]!.stages.entries()) {
    console.log(`${inColumn(medianOf(waits.map(({ stages }) => stages[index]!.ms)))} ${name}`)
  }
  console.log(
    `${inColumn(medianOf(waits.map(({ processorMs }) => processorMs)))} processor time of the companion`,
  )
}

function inColumn(ms: number): string {
  return ms.toFixed(0).padStart(10)
}

function print(what: string, times: readonly number[]): void {
  console.log(`${what}: median ${medianOf(times).toFixed(1)} ms, worst ${Math.max(...times).toFixed(1)} ms`)
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!
}
