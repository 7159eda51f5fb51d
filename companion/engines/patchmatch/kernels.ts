import { readFileSync } from 'node:fs'
import { builtFile } from '../../installation.ts'

/**
 * The kernels are the folder `kernels`, compiled to WebAssembly: all that visits every pixel. They and the host work on
 * one memory, and the host alone gives out room in it: first comes the kernels' own data, up to `firstFree`, then one
 * array after the other, upwards. What was taken within `borrow`, or since `lend`, is free again after it; nothing else is
 * ever freed.
 *
 * The memory grows as far as the largest completion needs, at most to 4 GB, and goes with its thread. It is a shared
 * one, for the helpers of team.ts and because growing any other takes all arrays away from the host.
 */
export const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536, shared: true })
export const kernelModule = new WebAssembly.Module(readFileSync(builtFile('patchmatch.wasm')))
let throwIfCancelled = () => {}
const { exports } = new WebAssembly.Instance(kernelModule, {
  env: { memory, throwIfCancelled: () => throwIfCancelled() },
})

export type KernelName =
  | 'applyCopies'
  | 'bestSource'
  | 'blendCopies'
  | 'chooseCopies'
  | 'clear'
  | 'clearBorder'
  | 'compareEdges'
  | 'countFlags'
  | 'describeColours'
  | 'distanceToKnown'
  | 'eitherOf'
  | 'findShift'
  | 'flagAtLeast'
  | 'growByBox'
  | 'halve'
  | 'invert'
  | 'listFlags'
  | 'listGradients'
  | 'measureTexture'
  | 'patchDistance'
  | 'refreshCosts'
  | 'searchPass'
  | 'sumCosts'
  | 'sumGradients'
  | 'upsampleField'
  | 'vote'
  | 'voteOnSteps'

/** Numbers and flags as they are, arrays as their addresses: in the order in which the kernel names them. */
export type KernelValue = number | boolean | KernelArray
type Kernel = (...values: readonly KernelValue[]) => number
type KernelArray = Uint8Array | Int32Array | Float32Array

type Exported = (...values: number[]) => number

export const kernels = Object.fromEntries(
  Object.entries(exports).map(([name, kernel]): [string, Kernel] => [
    name,
    (...values) => {
      throwIfCancelled()
      return (kernel as Exported)(...values.map(addressOf))
    },
  ]),
) as Readonly<Record<KernelName, Kernel>>

/** What the kernel itself is given for a value. */
export function addressOf(value: KernelValue): number {
  if (typeof value !== 'object') return Number(value)
  if (value.buffer instanceof SharedArrayBuffer) return value.byteOffset
  throw new TypeError("Expected an array in the kernels' memory but received one of the host's.")
}

/** While `work` runs, every kernel calls `check` first, and then every now and then. What it throws ends it, and comes out. */
export function whileChecking<T>(check: () => void, work: () => T): T {
  const before = throwIfCancelled
  throwIfCancelled = check
  try {
    return work()
  } finally {
    throwIfCancelled = before
  }
}

/** Arrays in the kernels' memory, all zeros. */
export const bytes = (length: number) => arrayOf(Uint8Array, length)
export const ints = (length: number) => arrayOf(Int32Array, length)
export const floats = (length: number) => arrayOf(Float32Array, length)

/** For what a kernel clears itself: holds anything. */
export const room = (length: number) => arrayOf(Uint8Array, length, { isCleared: false })

/** A copy in the kernels' memory. */
export function copyOf(values: Uint8Array): Uint8Array {
  const copy = room(values.length)
  copy.set(values)
  return copy
}

/** Frees at its end what `work` took, so no array of that may get out. */
export function borrow<T>(work: () => T): T {
  const giveBack = lend()
  try {
    return work()
  } finally {
    giveBack()
  }
}

/** What it returns frees all that was taken since, so no array of that may be in use any more. */
export function lend(): () => void {
  const before = free
  return () => {
    free = before
  }
}

/** How much is taken at present. */
export function takenBytes(): number {
  return free - firstFree
}

const pageBytes = 65_536
const alignmentBytes = 16
/** Kernels read and write in steps of up to 32 bytes, also past the end of an array. */
const spareBytes = 32

const clear = exports.clear as Exported
const firstFree = (exports.firstFree as { readonly value: number }).value
let free = firstFree
/** From here on nothing was ever taken, and all is zeros. */
let untouched = firstFree

interface ArrayType<T> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: SharedArrayBuffer, byteOffset: number, length: number): T
}

function arrayOf<T>(type: ArrayType<T>, length: number, { isCleared = true } = {}): T {
  const address = free
  const end = address + type.BYTES_PER_ELEMENT * length + spareBytes
  free = alignmentBytes * Math.ceil(end / alignmentBytes)
  const missing = free - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
  const used = Math.min(free, untouched) - address
  if (used > 0 && isCleared) clear(address, used)
  untouched = Math.max(untouched, free)
  return new type(memory.buffer, address, length)
}
