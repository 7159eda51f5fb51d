import type { IncomingMessage } from 'node:http'

const ownNames = ['localhost', '127.0.0.1', '[::1]']
/** A sandboxed frame, which Figma's plugin window is, has the origin `null`. */
const figmaOrigins = ['null', 'https://www.figma.com', 'https://figma.com']

/**
 * Whether a request, HTTP or upgrade, may be looked at. A foreign `Host` is a name that was made to point to this machine
 * (DNS rebinding); a foreign `Origin` is some page in a browser.
 */
export function isWelcome({ headers }: IncomingMessage, port: number): boolean {
  const hosts = ownNames.map((name) => `${name}:${port}`)
  const origins = [...figmaOrigins, ...hosts.map((host) => `http://${host}`)]
  const isOwnHost = hosts.includes(headers.host?.toLowerCase() ?? '')
  return isOwnHost && (headers.origin === undefined || origins.includes(headers.origin))
}
