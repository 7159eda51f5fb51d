import type { Browser, Locator } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { findFaults } from './accessibility.ts'
import { patience } from './painting.ts'
import type { OpenDocument } from './stand-in.ts'
import { openWindow, type WindowPage, type WindowPageOptions } from './window-page.ts'

/** Opens windows that are closed after each test, and must have had no problems until then. */
export function openWindows(browser: () => Browser): (options: WindowPageOptions) => Promise<WindowPage> {
  let windows: WindowPage[] = []

  afterEach(async () => {
    const closing = windows
    windows = []
    await Promise.all(closing.map((infill) => infill.close()))
    expect(closing.flatMap(({ problems }) => problems)).toEqual([])
  })

  return async (options) => {
    const infill = await openWindow(browser(), options)
    windows.push(infill)
    return infill
  }
}

export function button({ window }: WindowPage, name: string): Locator {
  return window.getByRole('button', { name, exact: true })
}

/** Marks hide the picture beneath them as well as fills do, so a look at it says too little. */
export async function waitForFills({ document }: OpenDocument, count: number): Promise<void> {
  await expect.poll(() => document.value.fills.length, patience).toBe(count)
}

export async function expectEnabled(control: Locator): Promise<void> {
  await expect.poll(() => control.isEnabled(), patience).toBe(true)
}

/** Saves what is seen under `name`, and has axe look at it. */
export async function expectNoFaults(infill: WindowPage, name: string): Promise<void> {
  await infill.screenshot(name)
  expect(await findFaults(infill.page.frames()[1]!), name).toEqual([])
}
