import { limits } from '../../companion/protocol.ts'
import { strings } from '../strings.ts'
import type { Picture } from './document.ts'
import { findExif } from './exif.ts'
import { hashOf } from './hash.ts'

export interface OpenedPicture {
  readonly picture: Picture
  /** What was changed on the way in, in a sentence; null: nothing. */
  readonly note: string | null
}

/** A file cannot be worked on; `message` says why, and what to do, to the person at the screen. */
export class PictureRefusal extends Error {
  override readonly name = 'PictureRefusal'
}

/**
 * A file from disk or clipboard → a picture that browser, window and companion read alike. PNG and JPEG stay as they
 * are; anything else the browser can show (WebP, GIF, AVIF, BMP, pictures that their EXIF turns) is taken over as PNG.
 *
 * @throws PictureRefusal
 */
export async function openPicture(file: File): Promise<OpenedPicture> {
  const bitmap = await decode(file)
  const { width: widthPx, height: heightPx } = bitmap
  try {
    if (widthPx * heightPx > limits.imagePixels) throw new PictureRefusal(tooLarge(file.name, bitmap))
    const original = new Uint8Array(await file.arrayBuffer())
    const type = typeOf(original)
    const reason = type === null ? 'otherType' : (await isTurned(original, bitmap)) ? 'turned' : null
    const bytes = reason === null ? original : await encodePng(file.name, bitmap)
    const picture: Picture = {
      id: crypto.randomUUID(),
      name: file.name.replace(/\.[^.]*$/, '') || strings.playground.picture,
      bytes,
      hash: await hashOf(bytes),
      widthPx,
      heightPx,
      isOpaque: type === 'jpeg' || isOpaque(bitmap),
      isVisible: true,
    }
    return { picture, note: reason === null ? null : strings.playground[reason] }
  } finally {
    bitmap.close()
  }
}

async function decode(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file)
  } catch {
    throw new PictureRefusal(strings.playground.unreadable(file.name))
  }
}

/** By content: a name may lie. null: neither PNG nor JPEG. */
function typeOf(bytes: Uint8Array): 'png' | 'jpeg' | null {
  const startsWith = (...signature: number[]) => signature.every((byte, index) => bytes[index] === byte)
  if (startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png'
  return startsWith(0xff, 0xd8, 0xff) ? 'jpeg' : null
}

/**
 * Whether its EXIF turns the picture that the browser shows. Infill takes the pixels as they are stored, as Figma does.
 * Browsers cannot be asked for these, so the picture is decoded once more, without its EXIF, and compared.
 */
async function isTurned(bytes: Uint8Array, shown: ImageBitmap): Promise<boolean> {
  const exif = findExif(bytes)
  if (exif === null) return false
  const without = [bytes.subarray(0, exif.start), bytes.subarray(exif.end)]
  const stored = await createImageBitmap(new Blob(without as BlobPart[]))
  try {
    if (stored.width !== shown.width) return true
    const [a, b] = [glance(stored), glance(shown)]
    return a.some((value, index) => value !== b[index])
  } finally {
    stored.close()
  }
}

/** The whole picture in a few pixels, RGBA. */
function glance(bitmap: ImageBitmap): Uint8ClampedArray {
  const side = 24
  return drawn(bitmap, side, side).getImageData(0, 0, side, side).data
}

function isOpaque(bitmap: ImageBitmap): boolean {
  const { width, height } = bitmap
  const context = drawn(bitmap, width, height)
  // By strips: all pixels at once may take a quarter of a gigabyte more.
  for (let y = 0; y < height; y += stripRows) {
    const rows = Math.min(stripRows, height - y)
    const { data } = context.getImageData(0, y, width, rows)
    for (let index = 3; index < data.length; index += 4) if (data[index] !== 255) return false
  }
  return true
}

const stripRows = 256

async function encodePng(name: string, bitmap: ImageBitmap): Promise<Uint8Array> {
  const { canvas } = drawn(bitmap, bitmap.width, bitmap.height)
  const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  // Browsers return nothing for a canvas that is larger than they can hold.
  if (png === null) throw new PictureRefusal(tooLarge(name, bitmap))
  return new Uint8Array(await png.arrayBuffer())
}

function drawn(bitmap: ImageBitmap, width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  context.drawImage(bitmap, 0, 0, width, height)
  return context
}

function tooLarge(name: string, { width, height }: ImageBitmap): string {
  return strings.playground.tooLarge(name, width, height)
}
