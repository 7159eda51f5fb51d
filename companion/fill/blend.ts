import { setImmediate as turn } from 'node:timers/promises'
import { cropImage, pasteImage } from '../image/crop.ts'
import { createImage, createMask, type Image, type Mask, type Size, wholeOf } from '../image/image.ts'
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
  bleedColours(patch, bleedPx)
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
  await rowByRow(alpha, signal, (y) => {
    const end = (y + 1) * alpha.width
    for (let pixel = end - alpha.width; pixel < end; pixel += 1) {
      const share = alpha.data[pixel]!
      if (share > 0) crossfadePixel(filled.data, pixel * 4, share / 255, image.data, pixel * 4)
    }
  })
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
  await rowByRow(rect, signal, (y) => {
    let pixel = (rect.y + y) * filled.width + rect.x
    let to = y * rect.width * 4
    for (const end = to + rect.width * 4; to < end; to += 4, pixel += 1) {
      const share = alpha.data[pixel]!
      if (share > 0) layPixel(filled.data, pixel * 4, share, patch.data, to)
    }
  })
}

/** Pixels between two chances to cancel: some hundredths of a second. */
const pixelsBetween = 2 ** 20

async function rowByRow({ width, height }: Size, signal: AbortSignal, work: (y: number) => void) {
  const rows = Math.ceil(pixelsBetween / width)
  for (let y = 0; y < height; y += 1) {
    work(y)
    if ((y + 1) % rows > 0) continue
    await turn()
    signal.throwIfAborted()
  }
}
