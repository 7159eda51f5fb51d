import { type Checkpoint, denseStrides, type StoredTensor } from '../checkpoint.ts'

/**
 * An autoencoder's tensors by the names that diffusers gives them today. Files from before its version 0.15 spell the
 * attention `query`, `key`, `value`, `proj_attn`, and some hold its matrices as convolutions, [C, C, 1, 1].
 */
export function currentVaeNames(checkpoint: Checkpoint): Checkpoint {
  return new Map(
    [...checkpoint].map(([name, tensor]) => {
      const [, at, old, end] = /^(.*\.attentions\.0\.)(\w+)(\..*)$/.exec(name) ?? []
      if (at === undefined) return [name, tensor]
      return [`${at}${currentNames.get(old!) ?? old}${end}`, withoutKernel(tensor)]
    }),
  )
}

const currentNames = new Map([
  ['query', 'to_q'],
  ['key', 'to_k'],
  ['value', 'to_v'],
  ['proj_attn', 'to_out.0'],
])

/** [O, I, 1, 1] is [O, I], number for number. */
function withoutKernel(tensor: StoredTensor): StoredTensor {
  const [outputs, inputs, ...kernel] = tensor.shape
  if (kernel.length !== 2 || kernel.some((size) => size !== 1)) return tensor
  const shape = [outputs!, inputs!]
  return { ...tensor, shape, strides: denseStrides(shape) }
}
