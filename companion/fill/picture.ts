import { CompanionError } from '../errors.ts'
import { decodeImage } from '../image/codec.ts'
import { cutCanvas } from '../image/crop.ts'
import { createImage, type Image } from '../image/image.ts'
import { layImage } from '../image/over.ts'
import { areaOf, isInside } from '../image/rect.ts'
import { limits, type Rect } from '../protocol.ts'

/** A picture that a client sent, decoded, with the fills that lie on it. */
export interface Picture {
  /** What the next fill sees: the picture as sent, earlier fills laid over it. */
  readonly image: Image
  /** The earlier fills alone, of the picture's size, transparent elsewhere; null: none yet. */
  readonly fills: Image | null
  /** Copied to every patch; null: none, or one that could not be read. */
  readonly iccProfile: Uint8Array | null
  /** In plain words, what reading it changed. */
  readonly notes: readonly string[]
}

/** An earlier fill as it was sent. */
export interface EarlierFill {
  readonly rect: Rect
  /** Of `rect`'s size. */
  readonly png: Uint8Array
}

/**
 * A picture as it was sent, without fills.
 *
 * @throws CompanionError 'image-unreadable', 'image-too-large'
 */
export async function openPicture(bytes: Uint8Array, orientation: 'exif' | 'none'): Promise<Picture> {
  return { ...(await decodeImage(bytes, { orientation })), fills: null }
}

/**
 * The picture with more fills laid over it, in their order. The picture given stays as it is.
 *
 * @throws CompanionError 'option-invalid' for one that does not fit, 'image-unreadable', 'image-too-large'
 */
export async function layFills(picture: Picture, earlier: readonly EarlierFill[]): Promise<Picture> {
  if (earlier.length === 0) return picture
  const image = copyOf(picture.image)
  const fills = picture.fills === null ? createImage(image.width, image.height) : copyOf(picture.fills)
  for (const { rect, png } of earlier) {
    const patch = await decodeImage(png, { orientation: 'none' })
    checkFit(patch.image, rect, image)
    layImage(patch.image, rect, image)
    layImage(patch.image, rect, fills)
  }
  return { ...picture, image, fills }
}

/**
 * Another part of the picture, which may reach beyond its edges: there it is transparent. The picture given stays as it is.
 *
 * @throws CompanionError 'image-too-large'
 */
export function takeCanvas(picture: Picture, canvas: Rect): Picture {
  if (areaOf(canvas) > limits.imagePixels) {
    throw new CompanionError(
      'image-too-large',
      `The expanded picture would have ${canvas.width} × ${canvas.height} pixels, more than the ${limits.imagePixels} that can be worked on. Make its margins smaller.`,
    )
  }
  const { image, fills } = picture
  return {
    ...picture,
    image: cutCanvas(image, canvas),
    fills: fills === null ? null : cutCanvas(fills, canvas),
  }
}

function copyOf(image: Image): Image {
  return { ...image, data: image.data.slice() }
}

function checkFit(patch: Image, rect: Rect, image: Image): void {
  if (patch.width !== rect.width || patch.height !== rect.height) {
    throw new CompanionError(
      'option-invalid',
      `Expected a patch of ${rect.width} × ${rect.height} pixels, as patches says, but received one of ${patch.width} × ${patch.height}.`,
    )
  }
  if (!isInside(rect, image)) {
    throw new CompanionError(
      'option-invalid',
      `Expected patches to lie inside the picture of ${image.width} × ${image.height} pixels but received ${JSON.stringify(rect)}.`,
    )
  }
}
