import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installationFolder } from '../../companion/installation.ts'
import { readCheckpoint } from '../../companion/store/checkpoint.ts'
import type { Checkpoint, StoredTensor } from '../../models/checkpoint.ts'

/** Numbers and their shape, outermost dimension first. */
export interface Values {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A file below test/fixtures/reference: numbers of the original implementations. See the README there. */
export function referencePath(...names: readonly string[]): string {
  return join(installationFolder, 'test/fixtures/reference', ...names)
}

/** Tensors of a .safetensors file as numbers, whatever their type, by name. */
export async function readReference(file: string): Promise<(name: string) => Values> {
  const tensors = await readCheckpoint(file)
  const bytes = readFileSync(file)
  return (name) => readValues(tensors, name, bytes)
}

/** The largest absolute value, which relative tolerances are relative to. */
export function largest({ data }: Values): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

function readValues(tensors: Checkpoint, name: string, bytes: Buffer): Values {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new Error(`Expected reference numbers for ${name} but there are none.`)
  return { shape: tensor.shape, data: numbersOf(tensor, bytes) }
}

function numbersOf({ dtype, offset, byteLength }: StoredTensor, bytes: Buffer): Float32Array {
  const own = Uint8Array.from(bytes.subarray(offset, offset + byteLength))
  if (dtype === 'uint8') return Float32Array.from(own)
  if (dtype === 'float32') return new Float32Array(own.buffer)
  if (dtype === 'int64') return Float32Array.from(new BigInt64Array(own.buffer), Number)
  throw new Error(`Expected reference numbers in float32, uint8 or int64 but received ${dtype}.`)
}
