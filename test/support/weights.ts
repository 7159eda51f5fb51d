import { writeFileSync } from 'node:fs'
import { type Checkpoint, denseStrides, type StoredTensor } from '../../models/checkpoint.ts'
import type { Values } from './reference.ts'

/** Writes tensors one after the other into a file, and says where each lies. */
export function writeWeights(file: string, tensors: Readonly<Record<string, Values>>): Checkpoint {
  const checkpoint = new Map<string, StoredTensor>()
  const chunks: Buffer[] = []
  let offset = 0
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const { byteLength } = data
    checkpoint.set(name, { dtype: 'float32', shape, strides: denseStrides(shape), file, offset, byteLength })
    chunks.push(Buffer.from(data.buffer, data.byteOffset, byteLength))
    offset += byteLength
  }
  writeFileSync(file, Buffer.concat(chunks))
  return checkpoint
}

/** Numbers between -1 and 1 without a pattern, the same every time. */
export function noise(shape: readonly number[], seed = 1): Values {
  let state = seed
  const length = shape.reduce((product, size) => product * size, 1)
  const next = () => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  return { shape, data: Float32Array.from({ length }, next) }
}
