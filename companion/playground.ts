import { readFile } from 'node:fs/promises'
import { builtFile } from './installation.ts'

/** What the playground's page needs to speak with the companion that sent it. */
export interface PageConfig {
  readonly token: string
  readonly port: number
  /** Shown, so that a person who reads it there can pair Figma. */
  readonly code: string
}

const root = '<div id="root"></div>'

/** The playground's page, with its secret inside: `headersFor` keep it from other pages. */
export async function playgroundPage(config: PageConfig): Promise<string> {
  const page = await readFile(builtFile('playground.html'), 'utf8')
  if (!page.includes(root)) throw new Error(`Expected playground.html to contain ${root}.`)
  // Within a script element only "<" could end it, or begin a comment.
  const json = JSON.stringify(config).replaceAll('<', '\\u003c')
  return page.replace(
    root,
    () => `<script type="application/json" id="infill-config">${json}</script>${root}`,
  )
}

/** The window inside is a `srcdoc` frame and inherits this policy. */
export function headersFor(port: number): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    `connect-src ws://localhost:${port} http://localhost:${port}`,
    'img-src blob: data:',
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}
