import { bandsOf } from '../image/bands.ts'
import { cropImage, pasteImage } from '../image/crop.ts'
import { createImage, createMask, type Image, type Mask, wholeOf } from '../image/image.ts'
import { boundsOf } from '../image/mask.ts'
import { crossfadePixel, layPixel } from '../image/over.ts'
import { inflate, union } from '../image/rect.ts'
import type { Extent, Rect } from '../protocol.ts'
import { bleedColours } from './bleed.ts'

export interface Blend {
  /** The picture with every pixel filled whose alpha is above 0. */
  readonly filled: Image
  /** What the picture was. */
  readonly original: Image
  /** The patch's alpha, of the picture's size. */
  readonly alpha: Mask
  /** Earlier fills that the patch is to contain as well, of the picture's size; null: none. */
  readonly earlier: Image | null
  readonly extent: Extent
}

export interface Blended {
  readonly rect: Rect
  /** Of `rect`'s size. */
  readonly image: Image
}

/** How far colours go on under alpha 0, px, so that a patch that is scaled shows no fringe. */
const bleedPx = 4

/**
 * Fill and original → the patch, or for extent 'finished' the whole picture.
 *
 * @throws the signal's reason when cancelled
 */
export async function blend(
  { filled, original, alpha, earlier, extent }: Blend,
  signal: AbortSignal,
): Promise<Blended> {
  if (extent === 'finished') {
    return { rect: wholeOf(original), image: await finish(filled, original, alpha, signal) }
  }
  const rect = visibleRect(alpha, earlier)
  const area = inflate(rect, bleedPx, original)
  const patch = earlier === null ? createImage(area.width, area.height) : cropImage(earlier, area)
  await layFill(patch, area, filled, alpha, signal)
  await bleedColours(patch, bleedPx, signal)
  if (extent === 'rect') {
    return { rect, image: cropImage(patch, { ...rect, x: rect.x - area.x, y: rect.y - area.y }) }
  }
  const image = createImage(original.width, original.height)
  pasteImage(patch, area, image)
  return { rect: wholeOf(original), image }
}

/** Where alpha is 0 the original stays, bit for bit; its own alpha is filled like the colours. */
async function finish(filled: Image, original: Image, alpha: Mask, signal: AbortSignal): Promise<Image> {
  const image = { ...original, data: original.data.slice() }
  for await (const { y, width, height } of bandsOf(wholeOf(alpha), signal)) {
    for (let pixel = y * width; pixel < (y + height) * width; pixel += 1) {
      const share = alpha.data[pixel]!
      if (share > 0) crossfadePixel(filled.data, pixel * 4, share / 255, image.data, pixel * 4)
    }
  }
  return image
}

/** The smallest rectangle that holds all alpha above 0. */
function visibleRect(alpha: Mask, earlier: Image | null): Rect {
  const fill = boundsOf(alpha)!
  const before = earlier === null ? null : boundsOf(alphaOf(earlier))
  return before === null ? fill : union(fill, before)
}

function alphaOf(image: Image): Mask {
  const alpha = createMask(image.width, image.height)
  for (let pixel = 0; pixel < alpha.data.length; pixel += 1) alpha.data[pixel] = image.data[pixel * 4 + 3]!
  return alpha
}

/** Lays the fill, by its alpha, over what the patch holds already. */
async function layFill(
  patch: Image,
  rect: Rect,
  filled: Image,
  alpha: Mask,
  signal: AbortSignal,
): Promise<void> {
  for await (const band of bandsOf(rect, signal)) {
    for (let y = band.y; y < band.y + band.height; y += 1) {
      let pixel = y * filled.width + rect.x
      let to = (y - rect.y) * rect.width * 4
      for (const end = to + rect.width * 4; to < end; to += 4, pixel += 1) {
        const share = alpha.data[pixel]!
        if (share > 0) layPixel(filled.data, pixel * 4, share, patch.data, to)
      }
    }
  }
}
