import { type MessagePort, workerData } from 'node:worker_threads'
import { changeState, isCalledOff, type Line, states, waitWhile } from './line.ts'

/** What a helper is started with. */
export interface HelperData {
  readonly kernelModule: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly line: Line
  /** Takes the error with which it failed. */
  readonly failure: MessagePort
}

type Exported = (...values: number[]) => number

class CalledOff extends Error {}

// The whole life of a helper: the same kernels on the same memory, one order after the other, until it is ended.
const { kernelModule, memory, line, failure } = workerData as HelperData
try {
  const { exports } = new WebAssembly.Instance(kernelModule, { env: { memory, throwIfCancelled } })
  const kernels = Object.values(exports) as Exported[]
  changeState(line, states.waiting)
  // An order may be called off before it was even heard; the kernel finds that out.
  while (waitWhile(line, states.waiting) !== states.ended) {
    const [kernel, ...values] = line.values
    try {
      line.values[0] = kernels[kernel!]!(...values)
    } catch (error) {
      if (!(error instanceof CalledOff)) throw error
    }
    changeState(line, states.waiting)
  }
} catch (error) {
  failure.postMessage(error)
  changeState(line, states.failed)
}

function throwIfCancelled() {
  if (isCalledOff(line)) throw new CalledOff()
}
