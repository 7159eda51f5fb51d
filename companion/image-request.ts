import { CompanionError } from './errors.ts'
import { layFills, openPicture, type Picture, takeCanvas } from './fill/picture.ts'
import type { Blob, Frame } from './protocol.ts'
import { field, oneOf, optional, read } from './requests.ts'
import { words } from './words.ts'

/**
 * An `image` as it came → the picture, decoded, with what was filled before laid over it, or
 * the canvas that is asked for. `id` is checked before.
 *
 * @param pictureOf undefined: no such picture
 * @throws CompanionError 'image-unknown', 'image-unreadable', 'image-too-large', 'option-invalid'
 */
export async function readPicture(
  { header, blobs }: Frame,
  pictureOf: (imageId: string) => Picture | undefined,
): Promise<Picture> {
  const from = read(header, 'from', optional(field.id, null))
  const rects = read(header, 'patches', optional(field.rects, []))
  const canvas = read(header, 'canvas', optional(field.canvas, null))
  const orientation = read(header, 'orientation', optional(oneOf(['exif', 'none']), 'exif'))
  const patches = blobs.filter(({ name }) => name === 'patch')
  if (patches.length !== rects.length) {
    throw new CompanionError('option-invalid', words.patchCount(rects.length, patches.length))
  }
  const picture = from === null ? await openPicture(sentImage(blobs), orientation) : pictureOf(from)
  if (picture === undefined) throw new CompanionError('image-unknown', words.imageUnknown(from!))
  const filled = await layFills(
    picture,
    rects.map((rect, index) => ({ rect, png: patches[index]!.bytes })),
  )
  return canvas === null ? filled : takeCanvas(filled, canvas)
}

function sentImage(blobs: readonly Blob[]): Uint8Array {
  const image = blobs.find(({ name }) => name === 'image')
  if (image === undefined) throw new CompanionError('image-unreadable', words.missingImage)
  return image.bytes
}
