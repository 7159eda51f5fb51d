import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { checkpointOf, type Layout } from './diffusion.ts'
import type { Values } from './reference.ts'
import type { HalfTensor } from './torch-file.ts'

/** Writes a .safetensors file in float32. */
export function writeSafetensors(path: string, tensors: Readonly<Record<string, Values>>): void {
  let offset = 0
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const begin = offset
    offset += data.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }] as const
  })
  const bytes = Object.values(tensors).map(({ data }) => new Uint8Array(Float32Array.from(data).buffer))
  writeFileSync(path, Buffer.concat([headerOf(Object.fromEntries(entries)), ...bytes]))
}

/** A file with the published tensors, all zeros, which take no room on the disk. */
export function writeEmptySafetensors(path: string, layout: Layout): void {
  const types: Readonly<Record<string, string>> = { float16: 'F16', int64: 'I64' }
  let end = 0
  const entries = [...checkpointOf(layout)].map(([name, { dtype, shape, offset, byteLength }]) => {
    end = offset + byteLength
    return [name, { dtype: types[dtype], shape, data_offsets: [offset, end] }] as const
  })
  const header = headerOf(Object.fromEntries(entries))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, header)
  truncateSync(path, header.length + end)
}

/** Writes a .safetensors file of tensors in float16, byte for byte. */
export function writeHalfSafetensors(path: string, tensors: ReadonlyMap<string, HalfTensor>): void {
  let offset = 0
  const entries = [...tensors].map(([name, { shape, bytes }]) => {
    const begin = offset
    offset += bytes.length
    return [name, { dtype: 'F16', shape, data_offsets: [begin, offset] }] as const
  })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(
    path,
    Buffer.concat([
      headerOf(Object.fromEntries(entries)),
      ...[...tensors.values()].map(({ bytes }) => bytes),
    ]),
  )
}

function headerOf(contents: object): Buffer {
  const json = Buffer.from(JSON.stringify(contents))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json])
}
