import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** An NVIDIA graphics card, as its driver describes it. */
export interface Card {
  readonly name: string
  /** '580.95.05' */
  readonly driver: string
}

/** The first card; null: there is none, or no driver that could be asked. */
export async function findCard(): Promise<Card | null> {
  try {
    const query = ['--query-gpu=name,driver_version', '--format=csv,noheader']
    return parseCard((await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 })).stdout)
  } catch {
    return null
  }
}

/** 'NVIDIA GeForce RTX 4070, 580.95.05', a line for each card. */
export function parseCard(output: string): Card | null {
  const [, name, driver] = /^(.+), ([\d.]+)$/m.exec(output) ?? []
  return name === undefined || driver === undefined ? null : { name, driver }
}

/** Every CUDA 13 needs a driver of this series or a later one (NVIDIA, CUDA 13.0 release notes, table 3). */
export const leastDriver = 580

export function isDriverTooOld({ driver }: Card): boolean {
  return Number.parseInt(driver, 10) < leastDriver
}

/** Whether this Linux runs inside Windows, whose driver it then uses. */
export function isInWindows(): boolean {
  const file = '/proc/sys/kernel/osrelease'
  return existsSync(file) && /microsoft/i.test(readFileSync(file, 'utf8'))
}
