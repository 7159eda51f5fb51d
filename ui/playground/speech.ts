import type { Settings } from '../../plugin/messages.ts'
import { preferredLocale, speak } from '../strings.ts'

/** The page speaks as the window in it: as it is set there, or else as the browser prefers. */
export function speakAs({ locale }: Pick<Settings, 'locale'>): void {
  const spoken = locale ?? preferredLocale(navigator.languages)
  document.documentElement.lang = spoken
  speak(spoken)
}
