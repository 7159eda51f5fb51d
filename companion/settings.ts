import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import envPaths from 'env-paths'

/** What Infill keeps on this machine: paired clients, logs, models. Only its owner may look inside. */
export interface DataFolder {
  readonly path: string
  readonly logs: string
  /** The store of weights; made when there is something to keep. */
  readonly models: string
  /** What `infill gpu` downloads and finds out; made when there is something to keep. */
  readonly gpu: string
  /** Paired clients, hashed. */
  readonly tokens: string
  /** The code that `infill pair` printed last, for the running companion to take over. */
  readonly code: string
  /** Port and process of the running companion. */
  readonly running: string
}

/** Where the data folder lies: `INFILL_HOME`, or the place that the system keeps for such things. */
export function dataFolderPath(): string {
  return process.env.INFILL_HOME || envPaths('infill', { suffix: '' }).data
}

/** Where everything lies in a data folder, whether it is there or not. */
export function dataFolderAt(path: string): DataFolder {
  return {
    path,
    logs: join(path, 'logs'),
    models: join(path, 'models'),
    gpu: join(path, 'gpu'),
    tokens: join(path, 'tokens.json'),
    code: join(path, 'pairing-code.json'),
    running: join(path, 'companion.json'),
  }
}

/** Makes the folder where there is none, and closes it to everybody else. */
export function openDataFolder(path: string): DataFolder {
  const folder = dataFolderAt(path)
  for (const each of [folder.path, folder.logs]) {
    mkdirSync(each, { recursive: true, mode: 0o700 })
    chmodSync(each, 0o700)
  }
  return folder
}

/** A small JSON file of the data folder; null: not there, or not JSON. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return null
    throw error
  }
}

/** Whole or not at all: a reader never sees half a file. */
export function writeJson(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}.draft`
  writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

export function removeFile(file: string): void {
  rmSync(file, { force: true })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
