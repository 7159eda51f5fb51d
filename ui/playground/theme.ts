export type Theme = 'light' | 'dark'

const prefersDark = matchMedia('(prefers-color-scheme: dark)')

export function currentTheme(): Theme {
  return prefersDark.matches ? 'dark' : 'light'
}

/** Calls `listener` when the system changes between light and dark. @returns how to stop that. */
export function onThemeChange(listener: () => void): () => void {
  prefersDark.addEventListener('change', listener)
  return () => prefersDark.removeEventListener('change', listener)
}

/**
 * Figma's colours as variables of a root with the class `figma-light` or `figma-dark`, out of this page's own style
 * sheet, where they apply below the root.
 */
export function themeRules(): string {
  const rules = Array.from(document.styleSheets, ({ cssRules }) => [...cssRules]).flat()
  return rules
    .map(({ cssText }) => cssText)
    .filter((text) => text.startsWith(':root .figma-'))
    .map((text) => text.replace(':root .figma-', ':root.figma-'))
    .join('\n')
}
