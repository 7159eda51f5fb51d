/**
 * The EXIF orientation of a JPEG, 1 to 8; 1 (upright) also for anything that says nothing of it.
 * Layout: ITU-T T.81 annex B (markers), EXIF 2.32 §4.6.2 (the TIFF header in APP1), TIFF 6.0 (tag 274).
 */
export function jpegOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isJpeg = bytes.length > 4 && view.getUint16(0) === 0xffd8
  let offset = 2
  while (isJpeg && offset + 4 <= bytes.length && bytes[offset] === 0xff) {
    const marker = bytes[offset + 1]
    const length = view.getUint16(offset + 2)
    if (marker === startOfScan || length < 2) return upright
    if (marker === app1 && offset + 2 + length <= bytes.length) {
      const orientation = exifOrientation(bytes.subarray(offset + 4, offset + 2 + length))
      if (orientation !== null) return orientation
    }
    offset += 2 + length
  }
  return upright
}

const upright = 1
const startOfScan = 0xda
const app1 = 0xe1
const orientationTag = 0x0112

/** `segment`: an APP1 segment without its length; null when it is not EXIF or has no orientation. */
function exifOrientation(segment: Uint8Array): number | null {
  const header = [0x45, 0x78, 0x69, 0x66, 0, 0] // 'Exif\0\0'
  if (segment.length < 14 || header.some((byte, i) => segment[i] !== byte)) return null
  const tiff = new DataView(
    segment.buffer,
    segment.byteOffset + header.length,
    segment.length - header.length,
  )
  const isLittleEndian = tiff.getUint16(0) === 0x4949
  const directory = tiff.getUint32(4, isLittleEndian)
  if (directory + 2 > tiff.byteLength) return null
  const entries = tiff.getUint16(directory, isLittleEndian)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i
    if (entry + 12 > tiff.byteLength) return null
    if (tiff.getUint16(entry, isLittleEndian) !== orientationTag) continue
    const value = tiff.getUint16(entry + 8, isLittleEndian)
    return value >= 1 && value <= 8 ? value : null
  }
  return null
}
