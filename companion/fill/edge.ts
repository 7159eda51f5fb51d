import { beyondReach, squaredDistances } from '../image/distance.ts'
import type { Image, Mask } from '../image/image.ts'
import { boundsOf, inverse } from '../image/mask.ts'
import { inflate } from '../image/rect.ts'

/** How far a fill reaches beyond the mask: opaque for `growPx`, then fading for `featherPx`. */
export interface Edge {
  readonly growPx: number
  readonly featherPx: number
}

/**
 * The edge that suits a picture. Photographs: 5 + 3 px where the longer side has 1200 px, and in proportion, since a
 * removed thing's rim and shadow are that wide. Flat interface art, whose edges are sharp: 1 px, because a line beside
 * the mask would be eaten by more.
 */
export function chooseEdge(image: Image, mask: Mask): Edge {
  const longerPx = Math.max(image.width, image.height)
  const wide = {
    growPx: Math.max(2, Math.round(longerPx / 240)),
    featherPx: Math.max(1, Math.round(longerPx / 400)),
  }
  const ring = measureRing(image, mask, 2 * (wide.growPx + wide.featherPx))
  const isFlatArt = ring.equalShare >= flatShare && ring.hasSteps
  return isFlatArt ? { growPx: 1, featherPx: 0 } : wide
}

/**
 * The edge of a picture that is expanded. Nothing has to go, so the picture is not eaten into: it only fades into what
 * continues it. Without that a hairline of the ground would show between layer and patch, where their common edge falls
 * between two pixels of the screen.
 *
 * @param fadeShare At least this share of the known picture's shorter side.
 */
export function chooseExpandEdge(image: Image, mask: Mask, fadeShare: number): Edge {
  const { featherPx } = chooseEdge(image, mask)
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
function measureRing(image: Image, mask: Mask, widthPx: number): Ring {
  const bounds = boundsOf(mask)
  if (bounds === null) return { equalShare: 0, hasSteps: false }
  const area = inflate(bounds, widthPx, mask)
  const distances = squaredDistances(mask, area, widthPx)
  const isInRing = (i: number) => distances[i]! > rimPx * rimPx && distances[i] !== beyondReach
  let pairs = 0
  let equal = 0
  let hasSteps = false
  const compare = (pixel: number, neighbour: number) => {
    const difference = largestDifference(image.data, pixel * 4, neighbour * 4)
    pairs += 1
    if (difference === 0) equal += 1
    if (difference > stepLevels) hasSteps = true
  }
  for (let y = 0; y < area.height; y += 1) {
    for (let x = 0; x < area.width; x += 1) {
      const i = y * area.width + x
      if (!isInRing(i)) continue
      const pixel = (area.y + y) * image.width + area.x + x
      if (x + 1 < area.width && isInRing(i + 1)) compare(pixel, pixel + 1)
      if (y + 1 < area.height && isInRing(i + area.width)) compare(pixel, pixel + image.width)
    }
  }
  return { equalShare: pairs === 0 ? 0 : equal / pairs, hasSteps }
}

function largestDifference(data: Uint8Array, a: number, b: number): number {
  let largest = 0
  for (let channel = 0; channel < 4; channel += 1) {
    largest = Math.max(largest, Math.abs(data[a + channel]! - data[b + channel]!))
  }
  return largest
}
