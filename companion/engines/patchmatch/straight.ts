import type { Image } from '../../image/image.ts'
import { knownRectangle } from './margins.ts'

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
  const { width, height } = image
  const known = knownRectangle(hole, width)
  if (known === null) return
  const { left, top, right, bottom } = known
  // Too small for lines to be told from dots.
  if (Math.min(right - left, bottom - top) + 1 < steadyPx) return
  const rows = Array.from({ length: bottom - top + 1 }, (_, k) => (top + k) * width)
  const columns = Array.from({ length: width }, (_, x) => x)
  const edgesAt = (x: number) => rows.map((row) => row + x)
  const edgesIn = (y: number) => columns.map((x) => y * width + x)
  continueSide(image, hole, { edges: edgesAt(left), outwards: -1, marginPx: left })
  continueSide(image, hole, { edges: edgesAt(right), outwards: 1, marginPx: width - 1 - right })
  // Over the whole width: the corners go on with what the sides have become.
  continueSide(image, hole, { edges: edgesIn(top), outwards: -width, marginPx: top })
  continueSide(image, hole, { edges: edgesIn(bottom), outwards: width, marginPx: height - 1 - bottom })
}

interface Side {
  /** The last known place of each line. */
  readonly edges: readonly number[]
  /** From one place of a line to the next farther out. */
  readonly outwards: number
  readonly marginPx: number
}

function continueSide({ data }: Image, hole: Uint8Array, { edges, outwards, marginPx }: Side): void {
  const lines = edges.filter((edge) => !hole[edge])
  const straight = lines.filter((edge) => isStraight(data, hole, edge, -outwards))
  if (straight.length < flatShare * lines.length) return
  for (const edge of straight) {
    for (let k = 1; k <= marginPx; k++) {
      const place = edge + k * outwards
      data.copyWithin(4 * place, 4 * edge, 4 * edge + 4)
      hole[place] = 0
    }
  }
}

function isStraight(data: Uint8Array, hole: Uint8Array, edge: number, inwards: number): boolean {
  for (let k = 1; k < steadyPx; k++) {
    const place = edge + k * inwards
    if (hole[place]) return false
    for (let channel = 0; channel < 4; channel++) {
      if (Math.abs(data[4 * place + channel]! - data[4 * edge + channel]!) > sameLevels) return false
    }
  }
  return true
}
