import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** An NVIDIA graphics card, as its driver describes it. */
export interface Card {
  readonly name: string
  /** '580.95.05' */
  readonly driver: string
  readonly memoryBytes: number
  readonly freeBytes: number
}

/** The first card; null: there is none, or no driver that could be asked. */
export async function findCard(): Promise<Card | null> {
  try {
    const query = [
      '--query-gpu=name,driver_version,memory.total,memory.free',
      '--format=csv,noheader,nounits',
    ]
    return parseCard((await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 })).stdout)
  } catch {
    return null
  }
}

/** 'NVIDIA GeForce RTX 4070, 580.95.05, 12282, 11000' with MiB, a line for each card. */
export function parseCard(output: string): Card | null {
  const [, name, driver, total, free] = /^(.+), ([\d.]+), (\d+), (\d+)$/m.exec(output) ?? []
  if (name === undefined || driver === undefined) return null
  return { name, driver, memoryBytes: Number(total) * 2 ** 20, freeBytes: Number(free) * 2 ** 20 }
}

/** 'NVIDIA GeForce RTX 4070, driver 580.95.05, 11.5 of 12.9 GB free' */
export function cardInWords({ name, driver, memoryBytes, freeBytes }: Card): string {
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1)
  return `${name}, driver ${driver}, ${gigabytes(freeBytes)} of ${gigabytes(memoryBytes)} GB free`
}

/** Bytes of the card's memory. */
export interface CardMemory {
  /** All that a process could have if it were alone with those that are there already. */
  readonly budgetBytes: number
  /** What it has; 0 where the driver does not tell, as in WSL. */
  readonly heldBytes: number
}

/** @param pid The process that is asked about. null: there is no card, or no driver that could be asked. */
export async function findCardMemory(pid: number): Promise<CardMemory | null> {
  try {
    const ask = (query: string) =>
      promisify(execFile)('nvidia-smi', [query, '--format=csv,noheader,nounits'], { timeout: 10_000 })
    const [card, processes] = await Promise.all([
      ask('--query-gpu=memory.free'),
      ask('--query-compute-apps=pid,used_memory'),
    ])
    return parseCardMemory(card.stdout, processes.stdout, pid)
  } catch {
    return null
  }
}

/**
 * @param card MiB that are free, a line for each card.
 * @param processes '1234, 2150': process and MiB, a line for each.
 */
export function parseCardMemory(card: string, processes: string, pid: number): CardMemory | null {
  const free = /^\d+/.exec(card)
  if (free === null) return null
  const held = new RegExp(`^${pid}, (\\d+)`, 'm').exec(processes)
  const heldBytes = Number(held?.[1] ?? 0) * 2 ** 20
  return { budgetBytes: Number(free[0]) * 2 ** 20 + heldBytes, heldBytes }
}

/** Every CUDA 13 needs a driver of this series or a later one (NVIDIA, CUDA 13.0 release notes, table 3). */
export const leastDriver = 580

export function isDriverTooOld({ driver }: Pick<Card, 'driver'>): boolean {
  return Number.parseInt(driver, 10) < leastDriver
}

/** Whether this Linux runs inside Windows, whose driver it then uses. */
export function isInWindows(): boolean {
  const file = '/proc/sys/kernel/osrelease'
  return existsSync(file) && /microsoft/i.test(readFileSync(file, 'utf8'))
}
