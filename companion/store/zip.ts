import { UnreadableFile, type WeightFile } from './weight-file.ts'

// Record layouts: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3.10, sections 4.3 and 4.5.3.

export interface ZipEntry {
  readonly name: string
  /** As it lies in the archive; as it was before, if `stored`. */
  readonly byteLength: number
  /** Neither compressed nor encrypted: the bytes can be used where they lie. */
  readonly stored: boolean
  /** Of the local header, which stands before the data. */
  readonly headerOffset: number
}

/**
 * The entries that the archive's central directory lists. Sizes are taken from there: PyTorch leaves them 0 in the local
 * headers (data descriptors).
 *
 * @throws UnreadableFile
 */
export async function listEntries(file: WeightFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const directory = await findDirectory(file)
  const bytes = await file.read(directory.offset, directory.byteLength)
  const entries = new Map<string, ZipEntry>()
  let at = 0
  for (let index = 0; index < directory.entryCount; index++) {
    if (at + centralHeaderBytes > bytes.length || bytes.readUInt32LE(at) !== centralSignature) {
      throw new UnreadableFile(
        'its list of entries is not where it should be; the beginning of the file may be missing.',
      )
    }
    const { entry, next } = readCentralHeader(bytes, at)
    if (entries.has(entry.name)) throw new UnreadableFile(`it has two entries named ${quoted(entry.name)}.`)
    if (entry.headerOffset + localHeaderBytes + entry.byteLength > directory.offset) {
      throw new UnreadableFile(`its entry ${quoted(entry.name)} reaches beyond the place of entries.`)
    }
    entries.set(entry.name, entry)
    at = next
  }
  return entries
}

/**
 * Where an entry's bytes begin in the file. Only the local header tells: its extra field holds the padding that aligns
 * them.
 *
 * @throws UnreadableFile, also for an entry that is compressed
 */
export async function locateEntry(file: WeightFile, entry: ZipEntry): Promise<number> {
  if (!entry.stored) {
    throw new UnreadableFile(
      `its entry ${quoted(entry.name)} is compressed, so it cannot be used in place. Save it uncompressed.`,
    )
  }
  const header = await file.read(entry.headerOffset, localHeaderBytes)
  if (header.readUInt32LE(0) !== localSignature) {
    throw new UnreadableFile(
      `its entry ${quoted(entry.name)} is not where its list says; part of the file is missing.`,
    )
  }
  const offset = entry.headerOffset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28)
  if (offset + entry.byteLength > file.sizeBytes) {
    throw new UnreadableFile(`its entry ${quoted(entry.name)} reaches beyond its end.`)
  }
  return offset
}

/** @throws UnreadableFile, also when it is compressed or larger than `mostBytes` */
export async function readEntry(file: WeightFile, entry: ZipEntry, mostBytes: number): Promise<Buffer> {
  if (entry.byteLength > mostBytes) {
    throw new UnreadableFile(
      `its entry ${quoted(entry.name)} has ${entry.byteLength} bytes, more than it can need.`,
    )
  }
  return file.read(await locateEntry(file, entry), entry.byteLength)
}

const localSignature = 0x04034b50
const localHeaderBytes = 30
const centralSignature = 0x02014b50
const centralHeaderBytes = 46
const endSignature = 0x06054b50
const endBytes = 22
const end64LocatorSignature = 0x07064b50
const end64LocatorBytes = 20
const end64Signature = 0x06064b50
const end64Bytes = 56
const longestComment = 0xffff

/** A full Stable Diffusion checkpoint lists some 2000 entries in 200 kB. */
const mostDirectoryBytes = 64 * 1024 * 1024

interface Directory {
  readonly offset: number
  readonly byteLength: number
  readonly entryCount: number
}

async function findDirectory(file: WeightFile): Promise<Directory> {
  const tailOffset = Math.max(0, file.sizeBytes - endBytes - longestComment)
  const tail = await file.read(tailOffset, file.sizeBytes - tailOffset)
  const at = lastEndRecord(tail)
  const small = {
    entryCount: tail.readUInt16LE(at + 10),
    byteLength: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  }
  const endOffset = tailOffset + at
  const directory = (await readEnd64(file, endOffset - end64LocatorBytes)) ?? small
  if (directory.offset + directory.byteLength > endOffset) {
    throw new UnreadableFile(
      'its list of entries is not where it should be; the beginning of the file may be missing.',
    )
  }
  if (directory.byteLength > mostDirectoryBytes)
    throw new UnreadableFile('its list of entries is absurdly long.')
  return directory
}

function lastEndRecord(tail: Buffer): number {
  for (let at = tail.length - endBytes; at >= 0; at--) {
    const isEnd = tail.readUInt32LE(at) === endSignature
    if (isEnd && at + endBytes + tail.readUInt16LE(at + 20) === tail.length) return at
  }
  throw new UnreadableFile('its end is missing; a download may have broken off.')
}

/** The zip64 record, whose numbers count where there is one. Null: there is none. */
async function readEnd64(file: WeightFile, locatorOffset: number): Promise<Directory | null> {
  if (locatorOffset < 0) return null
  const locator = await file.read(locatorOffset, end64LocatorBytes)
  if (locator.readUInt32LE(0) !== end64LocatorSignature) return null
  const end = await file.read(readUInt64(locator, 8), end64Bytes)
  if (end.readUInt32LE(0) !== end64Signature) {
    throw new UnreadableFile(
      'its last record is not where it should be; the beginning of the file may be missing.',
    )
  }
  return { entryCount: readUInt64(end, 32), byteLength: readUInt64(end, 40), offset: readUInt64(end, 48) }
}

function readCentralHeader(bytes: Buffer, at: number): { entry: ZipEntry; next: number } {
  const isEncrypted = (bytes.readUInt16LE(at + 8) & 1) !== 0
  const method = bytes.readUInt16LE(at + 10)
  const nameEnd = at + centralHeaderBytes + bytes.readUInt16LE(at + 28)
  const extraEnd = nameEnd + bytes.readUInt16LE(at + 30)
  const next = extraEnd + bytes.readUInt16LE(at + 32)
  if (next > bytes.length) throw new UnreadableFile('its list of entries is cut.')

  const large = zip64Numbers(bytes.subarray(nameEnd, extraEnd))
  const numberAt = (offset: number) => {
    const number = bytes.readUInt32LE(at + offset)
    return number === 0xffffffff ? (large.shift() ?? number) : number
  }
  // In the order in which the zip64 field lists those that did not fit.
  const [fullBytes, byteLength, headerOffset] = [numberAt(24), numberAt(20), numberAt(42)]
  const stored = method === 0 && !isEncrypted
  const name = bytes.toString('utf8', at + centralHeaderBytes, nameEnd)
  if (stored && fullBytes !== byteLength) throw new UnreadableFile(`its entry ${quoted(name)} has two sizes.`)
  return { entry: { name, byteLength, stored, headerOffset }, next }
}

/** The 64-bit numbers of the extra field 0x0001. */
function zip64Numbers(extra: Buffer): number[] {
  let at = 0
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === 1) {
      const numbers: number[] = []
      for (let next = at + 4; next + 8 <= Math.min(end, extra.length); next += 8)
        numbers.push(readUInt64(extra, next))
      return numbers
    }
    at = end
  }
  return []
}

/** Beyond 2^53 it is no longer exact, but then it also lies beyond the end of any file. */
function readUInt64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
}
