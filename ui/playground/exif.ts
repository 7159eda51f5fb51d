/** Where bytes lie in a file: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * The part of a JPEG or PNG that holds its EXIF; null: it has none, or is another kind of file.
 * Layout: ITU-T T.81 annex B and EXIF 2.32 §4.5.4 (APP1) · PNG third edition §5.3 and §11.3.4.4 (eXIf).
 */
export function findExif(bytes: Uint8Array): Span | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 8) return null
  if (view.getUint32(0) === pngSignature) return findInPng(view)
  return view.getUint16(0) === jpegSignature ? findInJpeg(view) : null
}

const jpegSignature = 0xffd8
const app1 = 0xffe1
const startOfScan = 0xffda
/** 'Exif', as APP1 segments of other kinds do not begin. */
const exif = 0x45786966

/** Segments: marker (2), length of the rest (2), content. */
function findInJpeg(view: DataView): Span | null {
  for (let at = 2; at + 8 <= view.byteLength; ) {
    const marker = view.getUint16(at)
    const end = at + 2 + view.getUint16(at + 2)
    if (marker < 0xff00 || marker === startOfScan) return null
    if (marker === app1 && view.getUint32(at + 4) === exif) return { start: at, end }
    at = end
  }
  return null
}

const pngSignature = 0x89504e47
/** 'eXIf' */
const exifChunk = 0x65584966

/** Chunks: length of the content (4), type (4), content, checksum (4). */
function findInPng(view: DataView): Span | null {
  for (let at = 8; at + 12 <= view.byteLength; ) {
    const end = at + 12 + view.getUint32(at)
    if (view.getUint32(at + 4) === exifChunk) return { start: at, end }
    at = end
  }
  return null
}
