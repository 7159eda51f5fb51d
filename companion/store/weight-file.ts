import { type FileHandle, open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { CompanionError } from '../errors.ts'

/** A file of weights, read in places: it may have gigabytes, of which a reader needs kilobytes. */
export interface WeightFile {
  /** Absolute. */
  readonly path: string
  readonly sizeBytes: number
  /** @throws UnreadableFile when the file ends before that. */
  read(offset: number, byteLength: number): Promise<Buffer>
}

/** The message ends a sentence that begins with the file's name: "big-lama.pt cannot be used: …". */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/**
 * Opens a file for `use`, and closes it after.
 *
 * @throws CompanionError 'model-missing' (no such file), 'model-damaged' (`use` found it unreadable)
 */
export async function withWeightFile<T>(path: string, use: (file: WeightFile) => Promise<T>): Promise<T> {
  const handle = await openToRead(path)
  try {
    const { size: sizeBytes } = await handle.stat()
    return await use({
      path: resolve(path),
      sizeBytes,
      read: (offset, byteLength) => readFully(handle, sizeBytes, offset, byteLength),
    })
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    throw new CompanionError('model-damaged', `${basename(path)} cannot be used: ${error.message}`, {
      hint: 'Repair the model, or get the file again from its publisher.',
      cause: error,
    })
  } finally {
    await handle.close()
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r')
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (cause) {
    throw new CompanionError('model-missing', `${path} could not be opened. Check that it is there.`, {
      cause,
    })
  }
  throw new CompanionError('model-missing', `${path} is not a file. Name the file with the weights.`)
}

async function readFully(
  handle: FileHandle,
  sizeBytes: number,
  offset: number,
  byteLength: number,
): Promise<Buffer> {
  if (offset + byteLength > sizeBytes)
    throw new UnreadableFile('it ends too early; a download may have broken off.')
  const bytes = Buffer.alloc(byteLength)
  let done = 0
  while (done < byteLength) {
    const { bytesRead } = await handle.read(bytes, done, byteLength - done, offset + done)
    if (bytesRead === 0) throw new UnreadableFile('it became shorter while it was read.')
    done += bytesRead
  }
  return bytes
}
