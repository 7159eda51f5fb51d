import { themeRules } from './theme.ts'

/** `dist/ui.html`, put in by the build. */
declare const __WINDOW_HTML__: string

/** The window's page with what Figma adds to it: its colours, which here follow the system's light and dark. */
export function windowDocument(): string {
  const head = `<style>${themeRules()}</style><script>${followTheme}</script>`
  return __WINDOW_HTML__.replace('<head>', () => `<head>${head}`)
}

const followTheme = `{
  const prefersDark = matchMedia('(prefers-color-scheme: dark)')
  const show = () => { document.documentElement.className = prefersDark.matches ? 'figma-dark' : 'figma-light' }
  prefersDark.addEventListener('change', show)
  show()
}`
