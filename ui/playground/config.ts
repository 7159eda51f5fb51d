/** What the companion writes into the page it serves. */
export interface PlaygroundConfig {
  /** Of this page, until the companion stops. */
  readonly token: string
  readonly port: number
  /** Pairs Figma's plugin. */
  readonly code: string
}

/** null: the page does not come from a companion. */
export function readConfig(): PlaygroundConfig | null {
  const element = document.getElementById('infill-config')
  return element === null ? null : JSON.parse(element.textContent ?? '')
}
