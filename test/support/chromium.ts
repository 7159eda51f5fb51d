import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

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

/** @throws Error when there is no Chromium on this machine. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error(noChromium)
  return chromium.launch({
    executablePath,
    args: [
      // Root, as in most containers, gets no sandbox from Chromium.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

const noChromium =
  'No Chromium was found: install one (chromium, chromium-browser or google-chrome on the PATH), or set CHROMIUM_PATH.'

/** A program on this machine; null: none. */
export function findChromium(): string | null {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return candidates.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
