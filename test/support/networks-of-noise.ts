import type { Tensors } from '../../companion/runtime/child.ts'
import { noise } from './weights.ts'

/** What the networks of `sd15-tiny` might say of any input: numbers of the right shape. */
export function networksOfNoise(inputs: Tensors): Tensors {
  const [[name, { shape }]] = Object.entries(inputs) as [[string, Tensors[string]]]
  const [rows, , height, width] = shape as readonly [number, number, number, number]
  const give = (output: string, given: readonly number[]) => ({
    [output]: { type: 'float32', ...noise(given) } as const,
  })
  if (name === 'input_ids') return give('last_hidden_state', [1, 77, 6])
  if (name === 'image') return give('moments', [1, 8, height / 8, width / 8])
  if (name === 'sample') return give('out_sample', [rows, 4, height, width])
  return give('image', [1, 3, 8 * height, 8 * width])
}
