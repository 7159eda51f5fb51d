import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { ModelDefinition, ModelFile } from '../../models/model.ts'
import { readJson, writeJson } from '../settings.ts'

/** What is known of an installed file; kept beside the place where its download goes, as `NAME.installed.json`. */
export interface InstalledFile {
  /** Absolute. That of a linked file lies anywhere. */
  readonly path: string
  readonly sizeBytes: number
  /** That it had when it was installed. */
  readonly sha256: string
  /** Whether a later check found other bytes. */
  readonly damaged: boolean
}

/** Where a model's file goes that is downloaded. */
export function targetOf(folder: string, model: ModelDefinition, file: ModelFile): string {
  return join(folder, model.id, ...file.name.split('/'))
}

/** Null: not installed. Not there any more, or of another size: damaged. Does not read the file. */
export async function readInstalled(target: string): Promise<InstalledFile | null> {
  const parsed = v.safeParse(Installed, readJson(recordPath(target)))
  if (!parsed.success) return null
  const sizeBytes = await sizeOf(parsed.output.path)
  return { ...parsed.output, damaged: parsed.output.damaged || sizeBytes !== parsed.output.sizeBytes }
}

export function writeInstalled(target: string, installed: InstalledFile): void {
  writeJson(recordPath(target), installed)
}

/** Whether a published file could have that size: one that is worked out may be a little off. */
export function fitsSize(
  { sizeBytes, sizeFrom }: Pick<ModelFile, 'sizeBytes' | 'sizeFrom'>,
  bytes: number,
): boolean {
  return Math.abs(bytes - sizeBytes) <= (sizeFrom === 'layout' ? mostDescriptionBytes : 0)
}

/** Names of tensors, and ids of positions. */
const mostDescriptionBytes = 2 ** 20

/** Null: there is no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path)
    return found.isFile() ? found.size : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null
    throw error
  }
}

/** @throws the signal's reason */
export async function sha256OfFile(
  path: string,
  { signal, onBytes }: { signal: AbortSignal; onBytes(doneBytes: number): void },
): Promise<string> {
  const hash = createHash('sha256')
  let doneBytes = 0
  for await (const bytes of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    signal.throwIfAborted()
    hash.update(bytes)
    doneBytes += bytes.length
    onBytes(doneBytes)
  }
  return hash.digest('hex')
}

const Installed = v.object({
  path: v.string(),
  sizeBytes: v.number(),
  sha256: v.string(),
  damaged: v.boolean(),
})

function recordPath(target: string): string {
  return `${target}.installed.json`
}
