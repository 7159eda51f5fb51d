import type { Field } from '../../../../../companion/engines/patchmatch/field.ts'
import type { Level } from '../../../../../companion/engines/patchmatch/level.ts'

/** The twin of `keptEdges`. */
export function keptEdges({ pixels, width, height, hole, targets }: Level, { match }: Field): number {
  let known = 0
  let shown = 0
  for (const target of targets) {
    const source = match[target]!
    if (!isKnownAround(target) || !isKnownAround(source)) continue
    known += edgeAt(target)
    shown += edgeAt(source)
  }
  return known === 0 || shown === 0 ? 1 : shown / known

  function isKnownAround(place: number): boolean {
    const x = place % width
    const y = Math.floor(place / width)
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return false
    return [place - 1, place + 1, place - width, place + width].every((near) => !hole[near])
  }

  function edgeAt(place: number): number {
    return Math.hypot(
      brightness(place + 1) - brightness(place - 1),
      brightness(place + width) - brightness(place - width),
    )
  }

  function brightness(place: number): number {
    return pixels[4 * place]! + 2 * pixels[4 * place + 1]! + pixels[4 * place + 2]!
  }
}
