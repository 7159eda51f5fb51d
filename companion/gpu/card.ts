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

/** The card with the most memory; null: there is none, or no driver that could be asked. */
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
  const cards = [...output.matchAll(/^(.+), ([\d.]+), (\d+), (\d+)$/gm)].map(
    ([, name, driver, total, free]) => ({
      ...{ name: name!, driver: driver! },
      ...{ memoryBytes: Number(total) * mebibyte, freeBytes: Number(free) * mebibyte },
    }),
  )
  // CUDA takes the fastest; the driver lists them by their place in the machine.
  return cards.sort((a, b) => b.memoryBytes - a.memoryBytes)[0] ?? null
}

const mebibyte = 2 ** 20

/** 'NVIDIA GeForce RTX 4070, driver 580.95.05, 11.5 of 12.9 GB free' */
export function cardInWords({ name, driver, memoryBytes, freeBytes }: Card): string {
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1)
  return `${name}, driver ${driver}, ${gigabytes(freeBytes)} of ${gigabytes(memoryBytes)} GB free`
}

/** Bytes of the memory of the card that `findCard` finds. */
export interface CardMemory {
  readonly freeBytes: number
  /** What the process has of it; null: the driver does not tell, as in WSL and in containers. */
  readonly heldBytes: number | null
}

/** @param pid The process that is asked about. null: there is no card, or no driver that could be asked. */
export async function findCardMemory(pid: number): Promise<CardMemory | null> {
  const [card, heldBytes] = await Promise.all([findCard(), findHeldBytes(pid)])
  return card && { freeBytes: card.freeBytes, heldBytes }
}

async function findHeldBytes(pid: number): Promise<number | null> {
  try {
    const query = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits']
    return parseHeldBytes((await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 })).stdout, pid)
  } catch {
    return null
  }
}

/** @param processes '1234, 2150': process and MiB, a line for each. */
export function parseHeldBytes(processes: string, pid: number): number | null {
  const held = new RegExp(`^${pid}, (\\d+)$`, 'm').exec(processes)
  return held === null ? null : Number(held[1]) * mebibyte
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
