import type { Image } from '../../image/image.ts'
import { knownRectangle } from './margins.ts'
import { type Side, sidesOf } from './sides.ts'

/** A line is straight when its last so many px have one colour, within a grey level. */
const steadyPx = 16
const sameLevels = 1
/** Where fewer lines of a side are straight, it is no flat art. */
const flatShare = 0.8

/**
 * Continues flat art into the margins around it, in place: each line that meets its edge straight goes on as it is. So a
 * screen's ground, bars and rules become what they are in the design, where patches would bring along half a word from
 * elsewhere. What is filled is no longer hole.
 *
 * @param hole [height, width], 1 = hole. Nothing is done unless all that is known is a rectangle.
 */
export function continueStraight(image: Image, hole: Uint8Array): void {
  const known = knownRectangle(hole, image.width)
  if (known === null) return
  const { left, top, right, bottom } = known
  // Too small for lines to be told from dots.
  if (Math.min(right - left, bottom - top) + 1 < steadyPx) return
  // Those above and below come last, over the whole width: the corners go on with what the sides have become.
  for (const side of sidesOf(known, image)) continueSide(image, hole, side)
}

function continueSide(
  { data }: Image,
  hole: Uint8Array,
  { edge, along, inwards, lengthPx, marginPx }: Side,
): void {
  const edges = Array.from({ length: lengthPx }, (_, k) => edge + k * along)
  const lines = edges.filter((last) => !hole[last])
  const straight = lines.filter((last) => isStraight(data, hole, last, inwards))
  if (straight.length < flatShare * lines.length) return
  for (const last of straight) {
    for (let k = 1; k <= marginPx; k++) {
      const place = last - k * inwards
      data.copyWithin(4 * place, 4 * last, 4 * last + 4)
      hole[place] = 0
    }
  }
}

function isStraight(data: Uint8Array, hole: Uint8Array, last: number, inwards: number): boolean {
  for (let k = 1; k < steadyPx; k++) {
    const place = last + k * inwards
    if (hole[place]) return false
    for (let channel = 0; channel < 4; channel++) {
      if (Math.abs(data[4 * place + channel]! - data[4 * last + channel]!) > sameLevels) return false
    }
  }
  return true
}
