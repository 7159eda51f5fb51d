import { closeSync, openSync, writeSync } from 'node:fs'
import type { Layout } from '../support/diffusion.ts'

/**
 * Writes a .safetensors file of random numbers, the same every time, which stay near 1 from layer to layer as they do in a
 * trained network. They cost what trained ones do.
 */
export function writeRandomWeights(path: string, layout: Layout, type: 'float16' | 'float32'): void {
  const bytesOf = (shape: readonly number[]) => elementsOf(shape) * (type === 'float16' ? 2 : 4)
  let offset = 0
  const header = Object.entries(layout).map(([name, shape]) => {
    const begin = offset
    offset += bytesOf(shape)
    return [
      name,
      { dtype: type === 'float16' ? 'F16' : 'F32', shape, data_offsets: [begin, offset] },
    ] as const
  })
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const random = createRandom()
  const file = openSync(path, 'w')
  try {
    for (const part of [length, text]) writeSync(file, part)
    for (const [name, shape] of Object.entries(layout)) writeNumbers(file, name, shape, type, random)
  } finally {
    closeSync(file)
  }
}

/** At a time, so that a table of 50,000 words does not fill the memory. */
const most = 1 << 22

function writeNumbers(
  file: number,
  name: string,
  shape: readonly number[],
  type: 'float16' | 'float32',
  random: () => number,
): void {
  const values = valuesFor(name, shape)
  const table = type === 'float16' ? Uint16Array.from(values, float16Bits) : values
  for (let left = elementsOf(shape); left > 0; left -= most) {
    const numbers =
      type === 'float16' ? new Uint16Array(Math.min(left, most)) : new Float32Array(Math.min(left, most))
    for (let i = 0; i < numbers.length; i += 1) numbers[i] = table[random() % table.length]!
    writeSync(file, new Uint8Array(numbers.buffer))
  }
}

/** What a tensor's numbers are drawn from: evenly spread, of the variance 1 / (inputs of an output); of a norm: 1 or 0. */
function valuesFor(name: string, shape: readonly number[]): Float32Array {
  if (name.endsWith('running_var') || (shape.length === 1 && name.endsWith('weight')))
    return Float32Array.of(1)
  if (shape.length < 2) return Float32Array.of(0)
  const largest = /token_embedding|position/.test(name) ? 0.02 : Math.sqrt(3 / elementsOf(shape.slice(1)))
  return Float32Array.from({ length: 1024 }, (_, i) => (largest * (2 * i - 1023)) / 1023)
}

/** Marsaglia, "Xorshift RNGs" (2003): whole numbers of 32 bits. */
function createRandom(): () => number {
  let state = 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** IEEE 754's half, cut off. Below its smallest normal number: 0. */
function float16Bits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!
  const exponent = ((bits >>> 23) & 0xff) - 112
  const sign = (bits >>> 16) & 0x8000
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff)
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
