import { createHash } from 'node:crypto'
import type { Image } from '@figma/plugin-typings/plugin-api-standalone'
import sharp from 'sharp'
import { pixels } from './hidden.ts'

const maxSidePx = 4096

/** The pictures of a file, by the hash of their bytes. */
export class FakeImages {
  readonly #images = new Map<string, FakeImage>()

  /** What `createImage` does: only what Figma accepts. */
  create(bytes: Uint8Array): FakeImage {
    const { width, height } = sizeInHeader(bytes)
    if (Math.max(width, height) > maxSidePx) throw new Error('in createImage: Image is too large')
    if (Math.min(width, height) < 1) throw new Error('in createImage: Image is too small')
    return this.import(bytes)
  }

  /** A picture that came into the file by another way; it may be larger. */
  import(bytes: Uint8Array): FakeImage {
    const hash = createHash('sha1').update(bytes).digest('hex')
    const image = this.#images.get(hash) ?? new FakeImage(hash, bytes.slice())
    this.#images.set(hash, image)
    return image
  }

  get(hash: string): FakeImage | null {
    return this.#images.get(hash) ?? null
  }
}

export class FakeImage implements Image {
  readonly hash: string
  readonly #bytes: Uint8Array
  #pixels: Promise<Pixels> | undefined

  constructor(hash: string, bytes: Uint8Array) {
    this.hash = hash
    this.#bytes = bytes
  }

  async getBytesAsync(): Promise<Uint8Array> {
    return this.#bytes.slice()
  }

  async getSizeAsync(): Promise<{ width: number; height: number }> {
    return sizeInHeader(this.#bytes)
  }

  /** For the renderer, not seen by the plugin: the stored pixels as they lie. */
  [pixels](): Promise<Pixels> {
    this.#pixels ??= decode(this.#bytes)
    return this.#pixels
  }
}

/** RGBA, 0 to 255, not premultiplied. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export async function decode(bytes: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}

export async function encodePng({ width, height, data }: Pixels): Promise<Uint8Array> {
  const png = await sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
  return new Uint8Array(png)
}

function sizeInHeader(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  if (text === '\x89PNG\r\n\x1a\n') return { width: view.getUint32(16), height: view.getUint32(20) }
  if (text.startsWith('GIF8')) return { width: view.getUint16(6, true), height: view.getUint16(8, true) }
  if (text.startsWith('\xff\xd8')) return sizeOfJpeg(view)
  throw new Error('in createImage: Image type is unsupported')
}

function sizeOfJpeg(view: DataView): { width: number; height: number } {
  const isFrameHeader = (marker: number) =>
    marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
  let offset = 2
  while (!isFrameHeader(view.getUint8(offset + 1))) offset += 2 + view.getUint16(offset + 2)
  return { width: view.getUint16(offset + 7), height: view.getUint16(offset + 5) }
}
