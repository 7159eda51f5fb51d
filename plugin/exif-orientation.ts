/**
 * The EXIF orientation of a JPEG or PNG, 1 to 8; 1 (upright) also for anything that says nothing of it.
 * Layout: ITU-T T.81 annex B (JPEG markers), EXIF 2.32 §4.5.4 and §4.6.2 (APP1, and the TIFF header in it),
 * PNG third edition §11.3.4.4 (eXIf), TIFF 6.0 (tag 274).
 */
export function exifOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8) return upright
  if (view.getUint32(0) === pngSignature) return orientationInPng(view)
  return view.getUint16(0) === jpegSignature ? orientationInJpeg(view) : upright
}

const upright = 1
const jpegSignature = 0xffd8
const pngSignature = 0x89504e47

const startOfScan = 0xffda
const app1 = 0xffe1
/** 'Exif', as APP1 segments of other kinds do not begin; two zero bytes follow. */
const exif = 0x45786966
const exifHeaderBytes = 6

/** Segments: marker (2), length of the rest (2), content. */
function orientationInJpeg(view: DataView): number {
  for (let at = 2; at + 10 <= view.byteLength; ) {
    const marker = view.getUint16(at)
    const end = at + 2 + view.getUint16(at + 2)
    if (marker < 0xff00 || marker === startOfScan || end < at + 4) return upright
    if (marker === app1 && view.getUint32(at + 4) === exif && end <= view.byteLength) {
      return orientationInTiff(view, at + 4 + exifHeaderBytes, end)
    }
    at = end
  }
  return upright
}

/** 'eXIf' */
const exifChunk = 0x65584966

/** Chunks: length of the content (4), type (4), content, checksum (4). */
function orientationInPng(view: DataView): number {
  for (let at = 8; at + 12 <= view.byteLength; ) {
    const end = at + 12 + view.getUint32(at)
    if (view.getUint32(at + 4) === exifChunk && end <= view.byteLength) {
      return orientationInTiff(view, at + 8, end - 4)
    }
    at = end
  }
  return upright
}

const littleEndianMark = 0x4949
const orientationTag = 0x0112
const entryBytes = 12

/** Byte order (2), 42 (2), offset of the directory (4); there the number of entries (2), then each: tag, type, count, value. */
function orientationInTiff(view: DataView, start: number, end: number): number {
  if (start + 8 > end) return upright
  const isLittleEndian = view.getUint16(start) === littleEndianMark
  const directory = start + view.getUint32(start + 4, isLittleEndian)
  if (directory + 2 > end) return upright
  const entries = view.getUint16(directory, isLittleEndian)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + entryBytes * i
    if (entry + entryBytes > end) return upright
    if (view.getUint16(entry, isLittleEndian) !== orientationTag) continue
    const orientation = view.getUint16(entry + 8, isLittleEndian)
    return orientation >= 1 && orientation <= 8 ? orientation : upright
  }
  return upright
}
