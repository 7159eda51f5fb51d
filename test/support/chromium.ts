import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { findChromium, launchChromium, noChromium } from './launch-chromium.ts'

/** Tests in a real browser, launched once for all of `body`. Where there is none they are skipped, in CI they fail. */
export function describeInBrowser(name: string, body: (browser: () => Browser) => void): void {
  const missing = findChromium() === null
  const skip = missing && !process.env.CI
  if (skip) console.warn(`Skipped: ${name}. ${noChromium}`)
  describe.skipIf(skip)(skip ? `${name} (${noChromium})` : name, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterAll(async () => {
      await browser?.close()
    })
    body(() => browser)
  })
}
