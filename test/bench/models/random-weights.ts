import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { referencePath } from '../../support/reference.ts'

/**
 * Writes a LaMa of full size with random weights: the tensors of the published big-lama.pt by name and shape, in a
 * .safetensors file of 205 MB. Numbers stay near 1 from layer to layer, as they do in a trained network.
 */
export function writeRandomLama(path: string): void {
  const layout: Readonly<Record<string, string>> = JSON.parse(
    readFileSync(referencePath('lama', 'big-lama-layout.json'), 'utf8'),
  )
  const tensors = Object.entries(layout)
    .map(([name, description]) => {
      const [dtype, sizes] = description.split(' ') as [string, string]
      return { name, dtype, shape: JSON.parse(sizes) as number[] }
    })
    // Counters of training.
    .filter(({ dtype }) => dtype === 'float32')
  let offset = 0
  const header = Object.fromEntries(
    tensors.map(({ name, shape }) => {
      const begin = offset
      offset += 4 * elementsOf(shape)
      return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }]
    }),
  )
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const file = openSync(path, 'w')
  try {
    for (const part of [length, text]) writeSync(file, part)
    for (const { name, shape } of tensors) writeSync(file, Buffer.from(numbersFor(name, shape).buffer))
  } finally {
    closeSync(file)
  }
}

function numbersFor(name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(elementsOf(shape))
  if (name.endsWith('running_var') || (shape.length === 1 && name.endsWith('weight'))) return numbers.fill(1)
  if (shape.length === 1) return numbers
  // Uniform, of the variance 1 / (inputs of an output).
  const most = Math.sqrt(3 / elementsOf(shape.slice(1)))
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = most * (2 * Math.random() - 1)
  return numbers
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
