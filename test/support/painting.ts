import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Rect } from '../../companion/protocol.ts'
import { decode } from './fake-figma/index.ts'
import { findRed } from './scene.ts'

/** What can be seen on a page: all of it, or one part. */
export interface View {
  readonly page: Page
  readonly frame: Locator
}

/** For what the window and the companion take their time for. */
export const patience = { timeout: 20_000 }

/** Where the leftmost red thing is seen, in the page's CSS pixels; null: nowhere. */
export async function seeRed({ page, frame }: View): Promise<Rect | null> {
  const clip = (await frame.boundingBox())!
  const found = findRed(await decode(await page.screenshot({ clip })))
  return found && { ...found, x: found.x + clip.x, y: found.y + clip.y }
}

/** Waits until red is seen. */
export async function waitForRed(view: View): Promise<Rect> {
  await expect.poll(() => seeRed(view), patience).not.toBeNull()
  return (await seeRed(view))!
}

/** Waits until no red is seen any more. */
export async function waitForNoRed(view: View): Promise<void> {
  await expect.poll(() => seeRed(view), patience).toBeNull()
}

/** Waits for the leftmost red thing and paints over all of it. */
export async function paintOverRed(view: View): Promise<void> {
  await paintOver(view.page, await waitForRed(view))
}

/** Paints over `rect` with the mouse, edges included, in one stroke. */
export async function paintOver(page: Page, { x, y, width, height }: Rect): Promise<void> {
  const lines = 6
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let line = 0; line <= lines; line++) {
    const lineY = y + (height * line) / lines
    const [from, to] = line % 2 === 0 ? [x, x + width] : [x + width, x]
    await page.mouse.move(from, lineY)
    await page.mouse.move(to, lineY, { steps: 4 })
  }
  await page.mouse.up()
}
