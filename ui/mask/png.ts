import type { Bits } from './raster.ts'

/** PNG, section 5.2: the eight bytes that every file begins with. */
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** A grey PNG of one bit a pixel: a mask of 12 megapixels takes a few kilobytes. */
export async function encodeMaskPng({ widthPx, heightPx, rows }: Bits): Promise<Uint8Array> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, widthPx)
  view.setUint32(4, heightPx)
  // Bit depth 1, colour type 0 (grey); compression, filter and interlace methods 0.
  header.set([1, 0, 0, 0, 0], 8)
  return concatenate([
    Uint8Array.from(signature),
    chunk('IHDR', header),
    chunk('IDAT', await deflate(withFilterBytes(rows, heightPx))),
    chunk('IEND', new Uint8Array(0)),
  ])
}

/** PNG, section 9: each row begins with its filter's number; 0 = none, best for flat areas of single bits. */
function withFilterBytes(rows: Uint8Array, heightPx: number): Uint8Array {
  const stride = rows.length / heightPx
  const filtered = new Uint8Array(rows.length + heightPx)
  for (let y = 0; y < heightPx; y++) {
    filtered.set(rows.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  }
  return filtered
}

/** zlib's format, which PNG wants, is what this stream calls 'deflate'. */
async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** PNG, section 5.3: length, type, data, and a checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(
    Uint8Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  )
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

/** PNG, annex D: the CRC of ISO 3309, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
