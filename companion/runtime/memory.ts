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

/**
 * What ONNX Runtime's arena on a graphics card holds once so many bytes were asked of it. It grows by blocks, each twice as
 * large as the one before it up to 1 GiB, and gives none back (core/framework/bfc_arena.cc, `Extend`).
 */
export function arenaBytes(askedBytes: number): number {
  let [held, block] = [0, 2 ** 20]
  while (held < askedBytes) {
    held += block
    block = Math.min(2 * block, 2 ** 30)
  }
  return held
}

/** Of a card, about: CUDA's context with its libraries (0.3 to 0.5 GB), and what cuDNN works in. */
export const cudaBytes = 0.6e9

/** '1.5 GB' */
export function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
