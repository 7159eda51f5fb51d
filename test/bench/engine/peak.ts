import { existsSync, readFileSync } from 'node:fs'

/**
 * The most memory this process has held. Linux hands the size of the process that started this one down in its resource
 * usage, so there the kernel's own count is read.
 */
export function peakBytes(): number {
  const status = '/proc/self/status'
  if (!existsSync(status)) return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(status, 'utf8'))![1]) * 1024
}
