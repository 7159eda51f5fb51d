import { existsSync, readFileSync } from 'node:fs'

/** What the process may still take, bytes: of the machine, or of the container it runs in. */
export function availableBytes(): number {
  return process.availableMemory()
}

/** How often the system has ended a process for want of memory since it was started; 0 where only Linux would tell. */
export function outOfMemoryKills(): number {
  if (process.platform !== 'linux') return 0
  return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0)
}

/**
 * The most memory this process has held. Linux hands the size of the process that started this one down in its resource
 * usage, so there the kernel's own count is read.
 */
export function peakBytes(): number {
  const status = '/proc/self/status'
  if (!existsSync(status)) return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(status, 'utf8'))![1]) * 1024
}
