import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { builtFile } from '../../installation.ts'
import type { HelperData } from './helper.ts'
import { addressOf, type KernelName, type KernelValue, kernelModule, kernels, memory } from './kernels.ts'
import { callOff, changeState, type Line, openLine, states, waitWhile } from './line.ts'

/**
 * This thread and its helpers, which run the same kernels on the same memory (helper.ts). A kernel that goes through a
 * list of places is given to all at once, a band of the list to each. Kernels share nothing but that memory: their
 * few variables, as the state of the random numbers, are each thread's own.
 */
const helpers: Helper[] = []

interface Helper {
  readonly line: Line
  readonly failure: MessagePort
}

/** Each works for this thread until `endHelpers`; the thread does not end before. */
export function startHelpers(count: number): void {
  for (let k = 0; k < count; k++) {
    const line = openLine()
    const { port1: failure, port2 } = new MessageChannel()
    const workerData: HelperData = { kernelModule, memory, line, failure: port2 }
    new Worker(builtFile('patchmatch-helper.js'), { workerData, transferList: [port2] })
    helpers.push({ line, failure })
  }
}

export function endHelpers(): void {
  for (const { line } of helpers.splice(0)) {
    waitWhile(line, states.working, mostWorkMs)
    changeState(line, states.ended)
  }
}

/** Shorter lists are done before a helper has woken up. */
const fewestShared = 1000

/** The list in as many bands as there are threads; in one where it is short. */
export function bandsOf(places: Int32Array): readonly Int32Array[] {
  const count = places.length < fewestShared ? 1 : 1 + helpers.length
  const start = (k: number) => Math.floor((k * places.length) / count)
  return Array.from({ length: count }, (_, k) => places.subarray(start(k), start(k + 1)))
}

/**
 * Runs a kernel once with each of the values, at the same time: at most as often as there are threads. What one run
 * writes, no other may read.
 *
 * @returns the sum of what the runs return
 */
export function runTogether(
  kernel: KernelName,
  [own, ...others]: readonly (readonly KernelValue[])[],
): number {
  for (const [k, values] of others.entries()) order(helpers[k]!, kernel, values)
  const ordered = helpers.slice(0, others.length)
  try {
    const result = kernels[kernel](...own!)
    return ordered.reduce((sum, helper) => sum + resultOf(helper), result)
  } catch (error) {
    // What a helper still writes to would soon be somebody else's.
    for (const { line } of ordered) callOff(line)
    for (const { line } of ordered) waitWhile(line, states.calledOff, mostWorkMs)
    throw error
  }
}

function order(helper: Helper, kernel: KernelName, values: readonly KernelValue[]): void {
  // It may still be starting.
  resultOf(helper)
  helper.line.values.set([Object.keys(kernels).indexOf(kernel), ...values.map(addressOf)])
  changeState(helper.line, states.working)
}

/** No kernel takes nearly as long, and a helper that was lost must not take this thread with it. */
const mostWorkMs = 60_000

/** Waits until the helper has carried out its order. */
function resultOf({ line, failure }: Helper): number {
  if (waitWhile(line, states.working, mostWorkMs) === states.waiting) return line.values[0]!
  throw new Error('A helper of the thread failed.', { cause: receiveMessageOnPort(failure)?.message })
}
