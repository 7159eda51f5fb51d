import type { Image } from '../../image/image.ts'
import { eitherOf, growByBox, placesOf } from './flags.ts'
import { borrow, copyOf } from './kernels.ts'
import { fewestSources, findSources, type Level } from './level.ts'

/** Where the picture looks like the thing that is removed. */
export interface Unwanted {
  /** Of the level that it was found at: one flag for so many px of the picture, each way. */
  readonly stepPx: number
  readonly width: number
  /** [height, width], 1 = looks like it. */
  readonly flags: Uint8Array
}

/** Shares of the hole's greatest depth. */
const share = {
  /** Nearer to the border a loose mask covers background, too. */
  loose: 0.25,
  /** So far around the hole lies what it may be filled with. */
  around: 0.5,
  /** The side of the pieces that this is looked at in. */
  piece: 0.5,
  /** Half the side of the squares that are looked at. */
  square: 0.1,
} as const
/** Mean ln of how many times as frequent a square's colours are in the thing as around it. */
const leastLikeness = 0.4
/** Where more of the picture is like it, colours do not tell the thing. */
const mostUnwanted = 0.5

/**
 * The squares whose colours are those of what lies under the mask rather than those around it: other boats, where one boat
 * is removed. Copied into the hole they would bring it back.
 *
 * @param image the hole's own pixels are what is removed
 * @param level of the image, where it is `stepPx` times as small
 * @returns null where nothing is told: the thing has one colour only, as where a picture is blank under the mask, or the
 *   colours of most of the picture, or none of its own
 */
export function findUnwanted(image: Image, level: Level, stepPx: number): Unwanted | null {
  const { width, height, holePixels, depth } = level
  const cubes = cubesOf(image, level, stepPx)
  const deepest = holePixels.reduce((most, place) => Math.max(most, depth[place]!), 0)
  const thing = holePixels.filter((place) => depth[place]! >= share.loose * deepest)
  const first = cubes[thing[0]!]
  if (thing.every((place) => cubes[place] === first)) return null
  const sidePx = Math.max(4, Math.ceil(share.piece * deepest))
  const around = piecesOf(placesAround(level, Math.ceil(share.around * deepest)), width, sidePx)
  const likeness = compareColours(sharesOf(cubes, thing), meetingShares(cubes, around, sidePx))

  const radius = Math.max(1, Math.round(share.square * deepest))
  const means = squareMeans({ width, height, radius }, (place) => likeness[cubes[place]!]!)
  const flags = Uint8Array.from(means, (mean) => (mean > leastLikeness ? 1 : 0))
  for (const place of holePixels) flags[place] = 0
  const count = flags.reduce((sum, flag) => sum + flag, 0)
  const known = flags.length - holePixels.length
  return count === 0 || count > mostUnwanted * known ? null : { stepPx, width, flags }
}

/**
 * A level of which nothing unwanted is copied; the level itself where too little would be left.
 *
 * @param stepPx how many times as small as the picture the level is
 */
export function withoutUnwanted(level: Level, stepPx: number, unwanted: Unwanted): Level {
  const avoid = copyOf(level.avoid)
  const side = unwanted.stepPx / stepPx
  unwanted.flags.forEach((flag, k) => {
    if (!flag) return
    const x = k % unwanted.width
    const y = (k - x) / unwanted.width
    const right = Math.min(level.width, Math.ceil((x + 1) * side))
    const bottom = Math.min(level.height, Math.ceil((y + 1) * side))
    for (let row = Math.floor(y * side); row < bottom; row++) {
      avoid.fill(1, row * level.width + Math.floor(x * side), row * level.width + right)
    }
  })
  const isSource = findSources({ ...level, avoid }, level.patchRadius)
  const sources = placesOf(isSource)
  return sources.length < fewestSources ? level : { ...level, avoid, isSource, sources }
}

/** Colours are counted in cubes of this side, in grey levels. */
const cubeLevels = 32
const cubesInRow = 256 / cubeLevels

/** For each place of the level the cube of the picture's own colour there. */
function cubesOf({ data, width, height }: Image, level: Level, stepPx: number): Int32Array {
  const middle = Math.floor(stepPx / 2)
  return Int32Array.from(level.hole, (_, place) => {
    const x = Math.min(width - 1, (place % level.width) * stepPx + middle)
    const y = Math.min(height - 1, Math.floor(place / level.width) * stepPx + middle)
    let cube = 0
    for (let channel = 0; channel < 3; channel++) {
      cube = cubesInRow * cube + Math.floor(data[4 * (y * width + x) + channel]! / cubeLevels)
    }
    return cube
  })
}

/** What is known within so many px of the hole. */
function placesAround(level: Level, px: number): Int32Array {
  return borrow(() => {
    const near = growByBox(level.hole, level, px)
    const unseen = eitherOf(level.hole, level.avoid)
    return Int32Array.from(placesOf(near).filter((place) => !unseen[place]))
  })
}

/** What is rarer than this share counts as just as rare. */
const leastShare = 0.0004
/** ln; no colour says more. */
const mostLikeness = 3

/** For each cube ln of how many times as frequent it is in the thing as around it. */
function compareColours(thing: Float64Array, around: Float64Array): Float64Array {
  return thing.map((here, cube) => {
    const times = Math.log((here + leastShare) / (around[cube]! + leastShare))
    return Math.min(mostLikeness, Math.max(-mostLikeness, times))
  })
}

/** What fills most of one piece counts so much for all. */
const pieceWeight = 0.3

/**
 * How frequent each cube is in all pieces, or `pieceWeight` times that in the one where it is most frequent: what meets the
 * hole anywhere, as a trunk does, may go on into it.
 */
function meetingShares(cubes: Int32Array, pieces: readonly Int32Array[], sidePx: number): Float64Array {
  const shares = sharesOf(cubes, Int32Array.from(pieces.flatMap((piece) => [...piece])))
  for (const piece of pieces) {
    if (piece.length < sidePx ** 2 / 4) continue
    sharesOf(cubes, piece).forEach((there, cube) => {
      shares[cube] = Math.max(shares[cube]!, pieceWeight * there)
    })
  }
  return shares
}

/** The places by the squares of a grid that they lie in. */
function piecesOf(places: Int32Array, width: number, sidePx: number): Int32Array[] {
  const pieces = new Map<string, number[]>()
  for (const place of places) {
    const x = place % width
    const key = `${Math.floor(x / sidePx)} ${Math.floor((place - x) / width / sidePx)}`
    const piece = pieces.get(key)
    if (piece === undefined) pieces.set(key, [place])
    else piece.push(place)
  }
  return Array.from(pieces.values(), (piece) => Int32Array.from(piece))
}

/** How frequent each cube is, smoothed by 1-2-1 each way: neighbouring colours are nearly the same. */
function sharesOf(cubes: Int32Array, places: Int32Array): Float64Array {
  let shares = new Float64Array(cubesInRow ** 3)
  for (const place of places) shares[cubes[place]!]! += 1 / places.length
  for (const step of [1, cubesInRow, cubesInRow ** 2]) {
    shares = shares.map((own, cube) => {
      const at = Math.floor(cube / step) % cubesInRow
      const before = at > 0 ? shares[cube - step]! : own
      const after = at + 1 < cubesInRow ? shares[cube + step]! : own
      return (before + 2 * own + after) / 4
    })
  }
  return shares
}

/** For each place the mean of the values in the square around it, cut at the picture's border. */
function squareMeans(
  { width, height, radius }: { width: number; height: number; radius: number },
  valueAt: (place: number) => number,
): Float64Array {
  /** [height + 1, width + 1]: of all above and to the left. */
  const sums = new Float64Array((width + 1) * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += valueAt(y * width + x)
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row
    }
  }
  return new Float64Array(width * height).map((_, place) => {
    const x = place % width
    const y = (place - x) / width
    const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)]
    const [top, bottom] = [
      Math.max(0, y - radius) * (width + 1),
      Math.min(height, y + radius + 1) * (width + 1),
    ]
    const sum = sums[bottom + right]! - sums[bottom + left]! - sums[top + right]! + sums[top + left]!
    return (sum * (width + 1)) / ((right - left) * (bottom - top))
  })
}
