import sharp, { type Sharp } from 'sharp'
import type { Size } from './image.ts'

/** [height, width, channels], 0..255. */
export interface Samples extends Size {
  readonly data: Uint8Array
}

/** For sharp to work on; the number of channels follows from the sizes. */
export function sharpFrom({ width, height, data }: Samples): Sharp {
  const channels = (data.length / (width * height)) as 1 | 4
  return sharp(data, { limitInputPixels: false, raw: { width, height, channels } })
}

/** What sharp made, as it lies in memory. */
export async function samplesOf(picture: Sharp): Promise<Samples> {
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  // Not a Buffer: its `slice` would share memory, against all expectation.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { width: info.width, height: info.height, data: bytes }
}
