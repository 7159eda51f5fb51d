import { mkdir, open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sizeInWords } from '../byte-size.ts'
import { CompanionError } from '../errors.ts'

/** The disk, as far as a download depends on it. Tests give one that is full. */
export interface Disk {
  /** That this user may still write in a folder. */
  freeBytes(folder: string): Promise<number>
  /** For reading and writing; made where there is none, with its folder. */
  open(path: string): Promise<DiskFile>
}

export interface DiskFile {
  sizeBytes(): Promise<number>
  /** As many as the file has from there, at most `into.length`. */
  read(into: Uint8Array, offset: number): Promise<number>
  /** All of them. */
  write(bytes: Uint8Array, offset: number): Promise<void>
  truncate(): Promise<void>
  /** Resolves when what was written would survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

export const systemDisk: Disk = {
  async freeBytes(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
  async open(path) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // 'a' would write at the end whatever the offset, 'r+' needs the file to be there, 'w+' empties it.
    await (await open(path, 'a', 0o600)).close()
    const handle = await open(path, 'r+')
    return {
      sizeBytes: async () => (await handle.stat()).size,
      read: async (into, offset) => (await handle.read(into, 0, into.length, offset)).bytesRead,
      async write(bytes, offset) {
        for (let done = 0; done < bytes.length; ) {
          done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten
        }
      },
      truncate: () => handle.truncate(0),
      sync: () => handle.sync(),
      close: () => handle.close(),
    }
  },
}

/** @throws CompanionError 'disk-full', saying how much is missing */
export async function checkSpace(disk: Disk, folder: string, neededBytes: number): Promise<void> {
  const freeBytes = await disk.freeBytes(folder)
  if (freeBytes < neededBytes) {
    throw new CompanionError(
      'disk-full',
      `${sizeInWords(neededBytes)} are needed for the download, but only ${sizeInWords(freeBytes)} are free on the disk of ${folder}. Make room, then try again.`,
    )
  }
}

/** What the person can do about a failed write or deletion. Anything but a full or forbidden disk is a bug. */
export function asDiskError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new CompanionError(
      'disk-full',
      `The disk is full: ${path} could not be written further. Make room, then try again; it goes on where it stopped.`,
      { cause: error },
    )
  }
  if (typeof code === 'string') {
    return new CompanionError(
      'download-failed',
      `${path} could not be changed (${code}). Check the folder and whether the file is in use, then try again.`,
      {
        cause: error,
      },
    )
  }
  return error
}
