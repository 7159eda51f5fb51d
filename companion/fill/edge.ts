import { bandsOf } from '../image/bands.ts'
import { beyondReach, squaredDistances } from '../image/distance.ts'
import type { Image, Mask } from '../image/image.ts'
import { boundsOf, inverse } from '../image/mask.ts'
import { inflate } from '../image/rect.ts'
import type { Rect } from '../protocol.ts'

/** How far a fill reaches beyond the mask: opaque for `growPx`, then fading for `featherPx`. */
export interface Edge {
  readonly growPx: number
  readonly featherPx: number
}

/**
 * The edge that suits a picture. Photographs: 5 + 3 px where the longer side has 1200 px, and in proportion, since a
 * removed thing's rim and shadow are that wide. Flat interface art, whose edges are sharp: 1 px, because a line beside
 * the mask would be eaten by more.
 *
 * @throws the signal's reason when cancelled
 */
export async function chooseEdge(image: Image, mask: Mask, signal: AbortSignal): Promise<Edge> {
  const longerPx = Math.max(image.width, image.height)
  const wide = {
    growPx: Math.max(2, Math.round(longerPx / 240)),
    featherPx: Math.max(1, Math.round(longerPx / 400)),
  }
  const ring = await measureRing(image, mask, 2 * (wide.growPx + wide.featherPx), signal)
  const isFlatArt = ring.equalShare >= flatShare && ring.hasSteps
  return isFlatArt ? { growPx: 1, featherPx: 0 } : wide
}

/**
 * The edge of a picture that is expanded. Nothing has to go, so the picture is not eaten into: it only fades into what
 * continues it. Without that a hairline of the ground would show between layer and patch, where their common edge falls
 * between two pixels of the screen.
 *
 * @param fadeShare At least this share of the known picture's shorter side.
 * @throws the signal's reason when cancelled
 */
export async function chooseExpandEdge(
  image: Image,
  mask: Mask,
  fadeShare: number,
  signal: AbortSignal,
): Promise<Edge> {
  const { featherPx } = await chooseEdge(image, mask, signal)
  const { width, height } = boundsOf(inverse(mask)) ?? image
  const fadePx = Math.round(fadeShare * Math.min(width, height))
  return { growPx: 0, featherPx: Math.max(fadePx, featherPx === 0 ? 2 : Math.max(3, featherPx)) }
}

/** Of neighbouring pixels. Measured: interface art 0.87…0.99, a mesh gradient 0.69, photographs 0.01…0.56. */
const flatShare = 0.8

/** In any channel, out of 255: more than noise or a gradient between neighbours. */
const stepLevels = 8

/** px that a removed thing's own soft rim may reach beyond the mask. */
const rimPx = 2

interface Ring {
  /** Of neighbouring known pixels, how many are exactly equal, 0..1. */
  readonly equalShare: number
  /** Whether something lies in the ring that growing could eat. */
  readonly hasSteps: boolean
}

/** Looks at the known pixels from `rimPx` to `widthPx` round the mask. */
async function measureRing(image: Image, mask: Mask, widthPx: number, signal: AbortSignal): Promise<Ring> {
  const bounds = boundsOf(mask)
  if (bounds === null) return { equalShare: 0, hasSteps: false }
  const area = inflate(bounds, widthPx, mask)
  const counts: Counts = { pairs: 0, equal: 0, hasSteps: false }
  for await (const band of bandsOf(area, signal)) countPairs(image, mask, band, widthPx, counts)
  const { pairs, equal, hasSteps } = counts
  return { equalShare: pairs === 0 ? 0 : equal / pairs, hasSteps }
}

interface Counts {
  /** Of neighbouring pixels of the ring, … */
  pairs: number
  /** … of which so many are exactly equal. */
  equal: number
  hasSteps: boolean
}

/** Compares each of the band's pixels that lies in the ring with its neighbours on the right and below. */
function countPairs(image: Image, mask: Mask, band: Rect, widthPx: number, counts: Counts): void {
  const area = inflate(band, widthPx, mask)
  const distances = squaredDistances(mask, area, widthPx)
  const isInRing = (i: number) => distances[i]! > rimPx * rimPx && distances[i] !== beyondReach
  const compare = (pixel: number, neighbour: number) => {
    const difference = largestDifference(image.data, pixel * 4, neighbour * 4)
    counts.pairs += 1
    if (difference === 0) counts.equal += 1
    if (difference > stepLevels) counts.hasSteps = true
  }
  for (let y = band.y; y < band.y + band.height; y += 1) {
    for (let x = band.x; x < band.x + band.width; x += 1) {
      const i = (y - area.y) * area.width + x - area.x
      if (!isInRing(i)) continue
      const pixel = y * image.width + x
      if (x + 1 < area.x + area.width && isInRing(i + 1)) compare(pixel, pixel + 1)
      if (y + 1 < area.y + area.height && isInRing(i + area.width)) compare(pixel, pixel + image.width)
    }
  }
}

function largestDifference(data: Uint8Array, a: number, b: number): number {
  let largest = 0
  for (let channel = 0; channel < 4; channel += 1) {
    largest = Math.max(largest, Math.abs(data[a + channel]! - data[b + channel]!))
  }
  return largest
}
