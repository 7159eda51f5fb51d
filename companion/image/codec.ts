import sharp, { type Metadata, type Sharp } from 'sharp'
import { CompanionError } from '../errors.ts'
import { notes } from '../notes.ts'
import { limits, type Rect } from '../protocol.ts'
import { rgbProfile, withProfile } from './icc.ts'
import { createMask, type Image, type Mask, maskThreshold, type Size } from './image.ts'
import { binarise } from './mask.ts'
import { resizeMask } from './resize.ts'
import { type Samples, samplesOf, sharpFrom } from './samples.ts'

export interface DecodedImage {
  readonly image: Image
  /** As it lay in the file; null: none, or none that fits RGB samples. */
  readonly iccProfile: Uint8Array | null
  /** In plain words, what is no longer as it was in the file. */
  readonly notes: readonly string[]
}

/**
 * PNG, JPEG, WebP or GIF (first frame), told by content. Samples stay as they are, whatever the profile says; only CMYK
 * is converted, to sRGB.
 *
 * @param options.orientation none: take the stored pixels as they lie
 * @throws CompanionError 'image-unreadable', 'image-too-large'
 */
export async function decodeImage(
  bytes: Uint8Array,
  { orientation }: { orientation: 'exif' | 'none' },
): Promise<DecodedImage> {
  if (imageFormat(bytes) === null) {
    throw new CompanionError(
      'image-unreadable',
      'This is not a picture that can be read. Use PNG, JPEG, WebP or GIF.',
    )
  }
  try {
    const header = await readHeader(bytes)
    const pixels = header.width * header.height
    if (pixels > limits.imagePixels) {
      throw new CompanionError(
        'image-too-large',
        `The picture has ${header.width} × ${header.height} pixels; at most ${limits.imagePixels} in all can be filled. Make it smaller first.`,
      )
    }
    const isCmyk = header.space === 'cmyk'
    const stored = open(bytes, { ignoreIcc: !isCmyk })
    const turned = orientation === 'exif' ? stored.autoOrient() : stored
    return {
      image: await samplesOf(turned.toColourspace('srgb').ensureAlpha()),
      iccProfile: isCmyk ? null : rgbProfile(header.icc),
      notes: notesOn(header),
    }
  } catch (error) {
    if (error instanceof CompanionError) throw error
    throw new CompanionError('image-unreadable', 'The picture is damaged or incomplete. Save it again.', {
      cause: error,
    })
  }
}

/**
 * A mask as `decodeLuminance` reads it.
 *
 * @returns exactly 0 or 255; 255 where the value is 128 or more
 * @param name what messages call it: 'mask' or 'avoid'
 * @throws CompanionError 'mask-unreadable', 'mask-size'; the signal's reason when cancelled
 */
export async function decodeMask(
  bytes: Uint8Array,
  size: Size,
  name: 'mask' | 'avoid',
  signal: AbortSignal,
): Promise<Mask> {
  return binarise(await decodeLuminance(bytes, size, name, signal), maskThreshold)
}

/**
 * A PNG's luminance times its alpha, 0..255, scaled to `size` where its own is another one of the same shape.
 *
 * @param name what messages call it: 'mask' or 'avoid'
 * @throws CompanionError 'mask-unreadable', 'mask-size'; the signal's reason when cancelled
 */
export async function decodeLuminance(
  bytes: Uint8Array,
  size: Size,
  name: 'mask' | 'avoid',
  signal: AbortSignal,
): Promise<Mask> {
  if (imageFormat(bytes) !== 'png') {
    throw new CompanionError('mask-unreadable', `Expected ${name} to be a PNG. Send it as one.`)
  }
  try {
    const header = await readHeader(bytes)
    checkMaskSize(header, size, name)
    const stored = open(bytes, { ignoreIcc: true })
    const values = luminanceTimesAlpha(await samplesOf(stored.toColourspace(isGrey(header) ? 'b-w' : 'srgb')))
    const isSame = values.width === size.width && values.height === size.height
    return isSame ? values : await resizeMask(values, size, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CompanionError) throw error
    throw new CompanionError('mask-unreadable', `The ${name} is damaged or incomplete. Send it again.`, {
      cause: error,
    })
  }
}

/** RGBA PNG, not premultiplied: colours under alpha 0 are kept. */
export async function encodePatch(image: Image, iccProfile: Uint8Array | null): Promise<Uint8Array> {
  const png = await sharpFrom(image)
    // Measured at 12 megapixels: level 3 is where both size and time stop falling. Filters halve photographs, but cost
    // 0.3 s where the patch is all but empty.
    .png({ compressionLevel: 3, adaptiveFiltering: !isMostlyEmpty(image) })
    .toBuffer()
  return iccProfile === null ? png : withProfile(png, iccProfile)
}

/** Grey PNG of a picture's size, 8 bits a pixel: the mask where `rect`, of its size, lies, and 0 elsewhere. */
export function encodeMask(mask: Mask, { x, y }: Rect, picture: Size): Promise<Uint8Array> {
  const [right, bottom] = [picture.width - x - mask.width, picture.height - y - mask.height]
  const placed = sharpFrom(mask).extend({ left: x, top: y, right, bottom, background: '#000' })
  // Plain areas compress well at any level.
  return placed.toColourspace('b-w').png({ compressionLevel: 1 }).toBuffer()
}

export const fileFormats = ['png', 'jpg', 'jpeg', 'webp'] as const
export type FileFormat = (typeof fileFormats)[number]

/**
 * A PNG as another kind of file, its profile kept and its samples not converted. JPEG has no alpha: what is transparent
 * becomes white.
 */
export async function convertPng(png: Uint8Array, format: FileFormat): Promise<Uint8Array> {
  const picture = sharp(png, { limitInputPixels: false }).keepIccProfile()
  switch (format) {
    case 'png':
      return png
    case 'jpg':
    case 'jpeg':
      return picture
        .flatten({ background: 'white' })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer()
    case 'webp':
      return picture.webp({ quality: 95, exact: true }).toBuffer()
  }
}

function imageFormat(bytes: Uint8Array): 'png' | 'jpeg' | 'gif' | 'webp' | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12)).toString('latin1')
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif'
  if (start.startsWith('RIFF') && start.slice(8) === 'WEBP') return 'webp'
  return null
}

function readHeader(bytes: Uint8Array): Promise<Metadata> {
  return open(bytes, { ignoreIcc: true }).metadata()
}

/** Sizes are checked by the header, in our own words, so sharp's own limit is off. */
function open(bytes: Uint8Array, { ignoreIcc }: { ignoreIcc: boolean }): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, ignoreIcc })
}

function notesOn({ depth, space, pages }: Metadata): string[] {
  const said: string[] = []
  if (depth !== 'uchar') said.push(notes.reducedTo8Bits)
  if (space === 'cmyk') said.push(notes.fromCmyk)
  if (pages !== undefined && pages > 1) said.push(notes.firstFrame)
  return said
}

function checkMaskSize(mask: Size, image: Size, name: string): void {
  const sizes = `${mask.width} × ${mask.height} pixels and the picture ${image.width} × ${image.height}`
  if (mask.width * mask.height > limits.imagePixels) {
    throw new CompanionError(
      'mask-size',
      `The ${name} has ${sizes}; at most ${limits.imagePixels} in all are read.`,
    )
  }
  if (Math.abs((mask.width * image.height) / image.width - mask.height) > 1) {
    throw new CompanionError('mask-size', `The ${name} has ${sizes}. Send one of the picture's shape.`)
  }
}

function isGrey({ space, hasAlpha }: Metadata): boolean {
  return (space === 'b-w' || space === 'grey16') && hasAlpha !== true
}

/** One to four channels → one. Luma weights of ITU-R BT.709. */
function luminanceTimesAlpha({ width, height, data }: Samples): Mask {
  const channels = data.length / (width * height)
  if (channels === 1) return { width, height, data }
  const mask = createMask(width, height)
  const hasAlpha = channels % 2 === 0
  const hasColour = channels > 2
  for (let pixel = 0, sample = 0; pixel < mask.data.length; pixel += 1, sample += channels) {
    const first = data[sample]!
    const luminance = hasColour
      ? 0.2126 * first + 0.7152 * data[sample + 1]! + 0.0722 * data[sample + 2]!
      : first
    const alpha = hasAlpha ? data[sample + channels - 1]! : 255
    mask.data[pixel] = Math.round((luminance * alpha) / 255)
  }
  return mask
}

/** Judged by each 64th pixel. */
function isMostlyEmpty({ data }: Image): boolean {
  let seen = 0
  let filled = 0
  for (let alpha = 3; alpha < data.length; alpha += 4 * 64) {
    seen += 1
    if (data[alpha] !== 0) filled += 1
  }
  return filled * 4 < seen
}
