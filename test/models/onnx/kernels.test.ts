import { describe, expect, test } from 'vitest'
import type { DType } from '../../../models/checkpoint.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { numbersOf, typesIn } from '../../support/node-types.ts'
import { tinyNetworks } from '../../support/tiny-networks.ts'

/*
 * A node without a kernel is computed on the CPU, with a copy of its numbers each way, and nothing says so.
 *
 * The operators that have kernels, with the numbers that they take, at operator set 21: of DirectML's from ONNX Runtime's
 * docs/OperatorKernels.md (commit 001d12d2). Of CUDA's every one was seen in November 2026 to be taken by the provider that
 * `infill gpu install` gets, with `session.disable_cpu_ep_fallback`, in these very graphs.
 */
const real: readonly DType[] = ['float32', 'float16']
const numbers: readonly DType[] = [...real, 'int64']

const both: Readonly<Record<string, readonly DType[]>> = {
  ...{
    Add: real,
    Div: real,
    Mul: real,
    Sub: numbers,
    Min: numbers,
    Max: numbers,
    Less: numbers,
    Where: real,
  },
  ...{ Relu: real, Sigmoid: real, Softmax: real, Sqrt: real, Cos: real, Sin: real },
  ...{ Conv: real, ConvTranspose: real, Gemm: real, MatMul: real },
  ...{ InstanceNormalization: real, LayerNormalization: real },
  ...{
    Cast: numbers,
    Concat: numbers,
    Gather: numbers,
    Identity: numbers,
    Pad: real,
    Resize: real,
    Reshape: [...numbers, 'bool'],
  },
  ...{ Slice: numbers, Transpose: numbers, Unsqueeze: numbers },
  'com.microsoft.MultiHeadAttention': real,
}

const kernels: Readonly<Record<'cuda' | 'dml', typeof both>> = {
  cuda: { ...both, Gelu: real },
  dml: { ...both, 'com.microsoft.Gelu': real },
}

describe.each(['cuda', 'dml'] as const)('on %s', (provider) => {
  describe.each(['float16', 'float32'] as const)('in %s', (precision) => {
    test.each(Object.entries(tinyNetworks))('there is a kernel for every node of %s', async (_, build) => {
      const graph = await build({ provider, precision }, temporaryFolder())
      const types = typesIn(graph)
      const without = graph.nodes.filter(
        (node) => !kernels[provider][node.op]?.includes(numbersOf(node, types)),
      )
      expect(without.map((node) => `${node.name}: ${node.op} of ${numbersOf(node, types)}`)).toEqual([])
    })
  })
})
