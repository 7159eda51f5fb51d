import { crc32, deflateSync } from 'node:zlib'

/**
 * A profile that a PNG of RGB samples may carry, or null.
 * ICC.1:2022 §7.2: size in bytes 0…3, colour space in 16…19, 'acsp' in 36…39. Figma has written truncated ones
 * (https://github.com/lovell/sharp/issues/4128).
 */
export function rgbProfile(icc: Buffer | undefined): Uint8Array | null {
  if (icc === undefined || icc.length < 128 || icc.readUInt32BE(0) !== icc.length) return null
  const isRgb = icc.toString('latin1', 16, 20) === 'RGB ' && icc.toString('latin1', 36, 40) === 'acsp'
  return isRgb ? icc : null
}

/**
 * A PNG that carries a profile. sharp attaches one only by converting the samples to it, so its chunk is put in here,
 * right after IHDR (PNG specification, third edition, §11.3.2.3: name, 0, compression method 0, deflated profile).
 */
export function withProfile(png: Buffer, iccProfile: Uint8Array): Uint8Array {
  const afterIhdr = 8 + 25
  const body = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(iccProfile)])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(body.length - 4, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return Buffer.concat([png.subarray(0, afterIhdr), chunk, png.subarray(afterIhdr)])
}
