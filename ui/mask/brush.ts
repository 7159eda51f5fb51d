/** Diameters on the screen, in CSS pixels: a brush feels the same on every picture, and zooming in makes it finer. */
export const brushSizes = { min: 4, max: 200 } as const

/** The next size that `[` and `]` reach: steps grow with the size, about a fifth each. */
export function steppedBrushSize(sizePx: number, direction: 1 | -1): number {
  const step = Math.max(1, Math.round(sizePx / 5))
  return clampedBrushSize(sizePx + direction * step)
}

function clampedBrushSize(sizePx: number): number {
  return Math.min(brushSizes.max, Math.max(brushSizes.min, Math.round(sizePx)))
}
