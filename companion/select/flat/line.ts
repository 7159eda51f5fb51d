import type { Rect } from '../../protocol.ts'
import type { FlatPicture } from './picture.ts'
import { fillHoles, flood, type Shape, together } from './shape.ts'
import { highestLetter } from './widget.ts'

/** By the height of the letter: how far the next letter or word may be, and how far it may rise or hang. */
const reach = { across: 0.8, along: 0.6 } as const

/** By its height: what is wider is no letter, nor a few that touch. */
const widestLetter = 2

/**
 * The line of text that a letter is part of, on a ground of one colour; null: it stands alone.
 *
 * @param ground A pixel of what the letter stands on
 */
export function lineOf(picture: FlatPicture, letter: Shape, ground: number): Shape | null {
  const { x, y, width, height } = letter.bounds
  if (height > highestLetter * picture.height || width > widestLetter * height) return null
  const groundColour = picture.colours[ground]!
  const gapPx = Math.max(2, Math.round(reach.across * height))
  const rise = Math.max(2, Math.round(reach.along * height))
  const top = Math.max(0, y - rise)
  const band: Rect = {
    ...{ x: 0, y: top, width: picture.width },
    height: Math.min(picture.height, y + height + rise) - top,
  }
  const isInk = (pixel: number) => picture.colours[pixel] !== groundColour
  const refused = new Uint8Array(letter.marks.length)

  /** The next letter that reaches into these columns. */
  const letterIn = (from: number, to: number, line: Shape): Shape | null => {
    for (let column = Math.max(0, from); column <= Math.min(picture.width - 1, to); column += 1) {
      for (let row = y; row < y + height; row += 1) {
        const pixel = row * picture.width + column
        if (!isInk(pixel) || line.marks[pixel] === 1 || refused[pixel] === 1) continue
        const found = flood(picture, pixel, { belongs: isInk, across: 'corners', limits: band })
        if (isWithin(found.bounds, band) && found.bounds.width <= widestLetter * height) return found
        for (let i = 0; i < refused.length; i += 1) refused[i]! |= found.marks[i]!
      }
    }
    return null
  }
  let line = letter
  for (let left = x, right = x + width; ; ) {
    const next = letterIn(right, right + gapPx, line) ?? letterIn(left - gapPx, left - 1, line)
    if (next === null) break
    line = together(line, next)
    left = Math.min(left, next.bounds.x)
    right = Math.max(right, next.bounds.x + next.bounds.width)
  }
  return line === letter ? null : fillHoles(line)
}

/** Whether it ends inside the band, not at its edge. */
function isWithin(bounds: Rect, band: Rect): boolean {
  return bounds.y > band.y && bounds.y + bounds.height < band.y + band.height
}
