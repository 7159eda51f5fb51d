import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import type { Image, Mask } from '../../companion/image/image.ts'

/** For sharp to encode, as an independent maker of files. */
export function sharpOf({ width, height, data }: Image | Mask): Sharp {
  const channels = (data.length / (width * height)) as 1 | 4
  return sharp(data, { raw: { width, height, channels } })
}

export function pngOf(image: Image | Mask): Promise<Buffer> {
  const picture = sharpOf(image)
  return (image.data.length === image.width * image.height ? picture.toColourspace('b-w') : picture)
    .png()
    .toBuffer()
}

/** A PNG with one more chunk, right behind its header. */
export function withChunk(png: Uint8Array, type: string, data: Uint8Array): Buffer {
  const afterHeader = 33
  return Buffer.concat([png.subarray(0, afterHeader), pngChunk(type, data), png.subarray(afterHeader)])
}

export function iccChunkData(profile: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(profile)])
}

/** A PNG that says it is this large and then ends, 8-bit RGBA. */
export function pngHeader(width: number, height: number): Buffer {
  return handMadePng({ width, height, bitDepth: 8, colourType: 6 }, Buffer.alloc(64))
}

/** A mask as a PNG of 1-bit grey levels. */
export function oneBitPng({ width, height, data }: Mask): Buffer {
  const rowBytes = 1 + Math.ceil(width / 8)
  const rows = Buffer.alloc(rowBytes * height)
  for (const [pixel, value] of data.entries()) {
    const x = pixel % width
    if (value === 255) rows[Math.floor(pixel / width) * rowBytes + 1 + (x >> 3)]! |= 0x80 >> (x & 7)
  }
  return handMadePng({ width, height, bitDepth: 1, colourType: 0 }, rows)
}

interface PngHeader {
  readonly width: number
  readonly height: number
  readonly bitDepth: number
  /** PNG specification, third edition, table 9: 0 grey, 6 RGBA. */
  readonly colourType: number
}

function handMadePng({ width, height, bitDepth, colourType }: PngHeader, rows: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([bitDepth, colourType], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}
