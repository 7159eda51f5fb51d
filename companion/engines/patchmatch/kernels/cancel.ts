import { throwIfCancelled } from './env'

const stepsBetween = 1 << 12
let stepsLeft = stepsBetween

/** One step, of up to some microseconds, of a loop that may take long: now and then the host may end it. */
export function step(): void {
  if (--stepsLeft > 0) return
  stepsLeft = stepsBetween
  throwIfCancelled()
}
