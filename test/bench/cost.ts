import { existsSync, readFileSync } from 'node:fs'

/** By the clock, and of all processors, which other programs weigh on less. */
export interface Cost {
  readonly ms: number
  /** NaN where it is not known. */
  readonly processorMs: number
}

/** What has been spent since it was made, by this process and those that it started. */
export function stopwatch(): () => Cost {
  const [startedAt, before] = [performance.now(), processorMs()]
  return () => ({ ms: performance.now() - startedAt, processorMs: processorMs() - before })
}

/** Processor time of this process and of those that it started, all threads, ms; NaN where only Linux would tell. */
function processorMs(): number {
  const tasks = `/proc/self/task/${process.pid}/children`
  if (!existsSync(tasks)) return Number.NaN
  const children = readFileSync(tasks, 'utf8').trim().split(' ').filter(Boolean)
  return [process.pid, ...children.map(Number)].reduce((sum, pid) => sum + ownMs(pid), 0)
}

/** proc(5): utime and stime, and those of its children that have ended, in hundredths of a second. */
function ownMs(pid: number): number {
  const stat = `/proc/${pid}/stat`
  if (!existsSync(stat)) return 0
  const text = readFileSync(stat, 'utf8')
  // Behind the name, which may hold spaces, is the third field.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + 10 * Number(ticks), 0)
}
