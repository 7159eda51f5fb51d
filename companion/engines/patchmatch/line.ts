/**
 * Between a thread and one helper of it, in shared memory: a thread at work hears no messages. Whoever is not to write
 * waits; `values` belong to the thread while the helper is waiting, and to the helper while it is working.
 */
export interface Line {
  /** One of `states`. */
  readonly state: Int32Array
  /** The order: the number of a kernel, then the values for it. Afterwards, first: what it returned. */
  readonly values: Float64Array
}

/** Of the helper. It begins as working, as if to start were its first order. */
export const states = { working: 0, waiting: 1, failed: 2, ended: 3, calledOff: 4 } as const

/** More values than any kernel takes. */
const mostValues = 24

export function openLine(): Line {
  return {
    state: new Int32Array(new SharedArrayBuffer(4)),
    values: new Float64Array(new SharedArrayBuffer(8 * (1 + mostValues))),
  }
}

export function changeState({ state }: Line, to: number): void {
  Atomics.store(state, 0, to)
  Atomics.notify(state, 0)
}

/** Ends what the helper is working on; where it has just done so by itself, nothing. */
export function callOff({ state }: Line): void {
  Atomics.compareExchange(state, 0, states.working, states.calledOff)
}

export function isCalledOff({ state }: Line): boolean {
  return Atomics.load(state, 0) === states.calledOff
}

/** Blocks the thread until the state is another one, or that time is over. Returns the state. */
export function waitWhile({ state }: Line, unwanted: number, timeoutMs = Number.POSITIVE_INFINITY): number {
  // The notification of an earlier change may come late, and wake a thread that has begun to wait for the next one.
  while (Atomics.wait(state, 0, unwanted, timeoutMs) === 'ok');
  return Atomics.load(state, 0)
}
