import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core'
import { builtFile, installationFolder } from '../../companion/installation.ts'
import type { RequestMessage, SandboxMessage, Start } from '../../plugin/messages.ts'

/**
 * What stands behind the window: gets what the window sends, and calls `send` for each answer and event. Called once
 * for each window.
 */
export type Sandbox = (send: (message: SandboxMessage) => void) => (message: RequestMessage) => void

export interface WindowPage {
  /** The host page, for mouse and keyboard. */
  readonly page: Page
  /** The window in it, for what it shows. */
  readonly window: FrameLocator
  /** Where it lies on the page. */
  readonly frame: Locator
  /** Errors on the console, exceptions, and requests to anything but this machine, as they came. */
  readonly problems: readonly string[]
  /** As Figma's relaunch button on a fill's layer does. */
  edit(layerId: string): Promise<void>
  /** The person comes back to the window from the document. */
  lookAgain(): Promise<void>
  /** Saves what is seen as `screenshots/NAME.png`, which git ignores. */
  screenshot(name: string): Promise<void>
  close(): Promise<void>
}

export interface WindowPageOptions {
  readonly sandbox: Sandbox
  /** Where the companion is, when it is not on a port of the manifest. */
  readonly port?: number
  /** Figma's. */
  readonly theme?: 'light' | 'dark'
  /** What the browser says about programs on this machine: Figma's desktop app grants it, a browser asks first. */
  readonly localNetwork?: 'granted' | 'prompt' | 'denied'
  /** The browser's. */
  readonly language?: string
  readonly widthPx?: number
  readonly heightPx?: number
}

/**
 * The built window as Figma frames it: a sandboxed frame of null origin, under the manifest's content policy, with
 * Figma's colours, speaking to `sandbox` through postMessage.
 */
export async function openWindow(browser: Browser, options: WindowPageOptions): Promise<WindowPage> {
  const { sandbox, port, theme = 'light', localNetwork = 'granted', widthPx = 480, heightPx = 640 } = options
  const { language = 'en-GB' } = options
  const host = await serve(hostPage(windowDocument(theme, port)))
  const page = await browser.newPage({
    viewport: { width: widthPx, height: heightPx },
    colorScheme: theme,
    locale: language,
  })
  if (localNetwork !== 'prompt') {
    // What is not granted here is denied.
    await page.context().grantPermissions(localNetwork === 'granted' ? ['local-network-access'] : [])
  }
  const problems = collectProblems(page)
  await bridge(page, sandbox, port)
  await page.goto(`http://localhost:${(host.address() as AddressInfo).port}/`)
  return {
    page,
    window: page.frameLocator('iframe'),
    frame: page.locator('iframe'),
    problems,
    edit: (layerId) => post(page, { type: 'edit', layerId }),
    async lookAgain() {
      await page.frames()[1]!.evaluate(() => window.dispatchEvent(new Event('focus')))
    },
    async screenshot(name) {
      await page.screenshot({ path: join(installationFolder, 'screenshots', `${name}.png`) })
    },
    async close() {
      await page.close()
      host.closeAllConnections()
      await new Promise((closed) => host.close(closed))
    },
  }
}

/** Errors on the page's console, exceptions, and requests to anything but this machine, as they come. */
export function collectProblems(page: Page): readonly string[] {
  const problems: string[] = []
  page.on('console', (message) => {
    // Chromium notes every look for a companion that is not running.
    const isExpected = message.text().includes('net::ERR_CONNECTION_REFUSED')
    if (message.type() === 'error' && !isExpected) problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`))
  page.on('request', (request) => checkAddress(request.url()))
  page.on('websocket', (socket) => checkAddress(socket.url()))
  function checkAddress(url: string): void {
    const { protocol, hostname } = new URL(url)
    const isLocal = ['data:', 'blob:', 'about:', 'file:'].includes(protocol) || hostname === 'localhost'
    if (!isLocal) problems.push(`request: ${url}`)
  }
  return problems
}

/** Figma wraps each message in `pluginMessage`, in both directions. */
async function bridge(page: Page, sandbox: Sandbox, port: number | undefined): Promise<void> {
  let startCall: number | null = null
  let sent: Promise<unknown> = Promise.resolve()
  const receive = sandbox((message) => {
    const isStart = message.type === 'reply' && message.call === startCall
    // The sandbox knows only the manifest's ports.
    const gets = isStart ? { ...(message.gets as Start), port: port ?? null } : undefined
    const pluginMessage = isStart ? { ...message, gets } : message
    sent = sent.then(() => post(page, pluginMessage))
  })
  await page.exposeBinding('receiveFromWindow', (_source, message: RequestMessage) => {
    if (message.name === 'start') startCall = message.call
    receive(message)
  })
}

async function post(page: Page, pluginMessage: SandboxMessage): Promise<void> {
  try {
    await page.evaluate(
      (message) => window.frames[0]!.postMessage({ pluginMessage: message }, '*'),
      pluginMessage,
    )
  } catch (error) {
    // The test may end, and close the page, before the last answer is through.
    if (!page.isClosed()) throw error
  }
}

function hostPage(srcdoc: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Host</title>
<style>body { margin: 0 } iframe { display: block; width: 100vw; height: 100vh; border: 0 }</style></head>
<body>
<script>
addEventListener('message', ({ data }) => receiveFromWindow(data.pluginMessage))
</script>
<iframe title="Infill" allow="local-network-access"
  sandbox="allow-scripts allow-modals allow-forms allow-popups allow-downloads" srcdoc="${escapeAttribute(srcdoc)}"></iframe>
</body>
</html>`
}

/** `dist/ui.html` with what Figma adds to it: the content policy, and the theme's class and colours. */
function windowDocument(theme: 'light' | 'dark', port: number | undefined): string {
  const html = readFileSync(builtFile('ui.html'), 'utf8')
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(port)}">`
  const style = `<style>${themeColours()}</style>`
  return html
    .replace('<html ', `<html class="figma-${theme}" `)
    .replace('<head>', () => `<head>${policy}${style}`)
}

/** Everything the page needs lies in it; beyond it only the manifest's addresses, or these at the test's own `port`. */
function contentPolicy(port: number | undefined): string {
  const manifest = JSON.parse(readFileSync(join(installationFolder, 'manifest.json'), 'utf8'))
  const listed: string[] = manifest.networkAccess.allowedDomains
  const addresses = new Set(
    port === undefined ? listed : listed.map((address) => address.replace(/:\d+$/, `:${port}`)),
  )
  return [
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'worker-src blob:',
    `connect-src ${[...addresses].join(' ')}`,
  ].join('; ')
}

/** The kit's copy of Figma's variables. Figma sets its class on the root itself, the kit on an element below. */
function themeColours(): string {
  const path = join(installationFolder, 'node_modules/@create-figma-plugin/ui/lib/css/theme.css')
  return readFileSync(path, 'utf8').replaceAll(':root .figma-', ':root.figma-')
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
}

async function serve(html: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(html)
  })
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening))
  return server
}
