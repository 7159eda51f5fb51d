import { type MessagePort, workerData } from 'node:worker_threads'
import { changeState, type Line, states, waitWhile } from './line.ts'

/** What a helper is started with. */
export interface HelperData {
  readonly kernelModule: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly line: Line
  /** Takes the error with which it failed. */
  readonly failure: MessagePort
}

type Exported = (...values: number[]) => number

// The whole life of a helper: the same kernels on the same memory, one order after the other, until it is ended.
const { kernelModule, memory, line, failure } = workerData as HelperData
try {
  const { exports } = new WebAssembly.Instance(kernelModule, { env: { memory } })
  const kernels = Object.values(exports) as Exported[]
  changeState(line, states.waiting)
  while (waitWhile(line, states.waiting) === states.working) {
    const [kernel, ...values] = line.values
    line.values[0] = kernels[kernel!]!(...values)
    changeState(line, states.waiting)
  }
} catch (error) {
  failure.postMessage(error)
  changeState(line, states.failed)
}
