import { defaultSettings, locales, type Settings, tools } from '../../plugin/messages.ts'
import type { KeptSettings } from './stand-in.ts'

/** In the browser's storage for this page. */
export const storedSettings: KeptSettings = {
  read() {
    try {
      return parseSettings(JSON.parse(localStorage.getItem(key) ?? '{}'))
    } catch {
      // Storage that is blocked, or holds something else, is like none.
      return defaultSettings
    }
  },
  write(settings) {
    localStorage.setItem(key, JSON.stringify(settings))
  },
}

const key = 'infill.settings'

/** Takes over what has the right type; the rest stays at its default. */
function parseSettings(kept: unknown): Settings {
  const entries = Object.entries(kept ?? {}).filter(
    ([name, value]) =>
      name in defaultSettings && typeof value === typeof defaultSettings[name as keyof Settings],
  )
  const settings: Settings = { ...defaultSettings, ...Object.fromEntries(entries) }
  const { locale } = (kept ?? {}) as { readonly locale?: unknown }
  return {
    ...settings,
    tool: tools.find((tool) => tool === settings.tool) ?? defaultSettings.tool,
    // Nobody's choice is null, which is of another type than every choice.
    locale: locales.find((each) => each === locale) ?? null,
  }
}
