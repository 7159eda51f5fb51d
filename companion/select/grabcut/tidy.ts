import type { Size } from '../../image/image.ts'
import { seed } from './cut.ts'

/** Pieces smaller than this share of the largest are specks, and so are holes. */
const speckShare = 0.05

/**
 * A cut without its specks and small holes. Where certain pixels of the thing are known, only the pieces that hold one
 * stay; a hole that was pointed at as ground stays open.
 *
 * @param sides [height, width] 1 = the thing
 * @param seeds what was known before, of `seed`
 */
export function tidyCut(sides: Uint8Array, seeds: Uint8Array, size: Size): Uint8Array {
  const pieces = piecesOf(sides, size)
  const things = pieces.filter(({ side }) => side === 1)
  const isPointedAt = seeds.includes(seed.thing)
  const largest = things.reduce((most, { pixels }) => Math.max(most, pixels.length), 0)
  const tidy = new Uint8Array(sides.length)
  const kept = things.filter(({ pixels }) =>
    isPointedAt ? pixels.some((pixel) => seeds[pixel] === seed.thing) : pixels.length >= speckShare * largest,
  )
  for (const { pixels } of kept) for (const pixel of pixels) tidy[pixel] = 1
  for (const { side, pixels } of piecesOf(tidy, size)) {
    const isSmall = pixels.length < speckShare * largest
    if (
      side === 1 ||
      !isSmall ||
      pixels.some((pixel) => sides[pixel] === 0 && seeds[pixel] === seed.excluded)
    )
      continue
    for (const pixel of pixels) tidy[pixel] = 1
  }
  return tidy
}

interface Piece {
  readonly side: number
  readonly pixels: Int32Array
}

/** Parts of one side that hang together along their edges. */
function piecesOf(sides: Uint8Array, { width, height }: Size): Piece[] {
  const isSeen = new Uint8Array(sides.length)
  const open = new Int32Array(sides.length)
  const pieces: Piece[] = []
  let side = 0
  let count = 0
  const visit = (pixel: number) => {
    if (isSeen[pixel] === 1 || sides[pixel] !== side) return
    isSeen[pixel] = 1
    open[count] = pixel
    count += 1
  }
  for (let start = 0; start < sides.length; start += 1) {
    if (isSeen[start] === 1) continue
    side = sides[start]!
    count = 0
    visit(start)
    for (let next = 0; next < count; next += 1) {
      const pixel = open[next]!
      const x = pixel % width
      if (x > 0) visit(pixel - 1)
      if (x + 1 < width) visit(pixel + 1)
      if (pixel >= width) visit(pixel - width)
      if (pixel < width * (height - 1)) visit(pixel + width)
    }
    pieces.push({ side, pixels: open.slice(0, count) })
  }
  return pieces
}
