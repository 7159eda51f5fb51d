import type { Graph, Tensor } from '../onnx/graph.ts'
import { gemm, reshape } from '../onnx/operators.ts'

/** torch.nn.Linear: weight [O, I], bias [O] where the checkpoint has one. x [..., I] -> [..., O]. */
export function linear(g: Graph, x: Tensor): Tensor {
  const weight = g.weight('weight', ['O', 'I'])
  const bias = g.has('bias') ? g.weight('bias', ['O']) : null
  const [outputs] = weight.shape as readonly [number]
  const rows = x.shape.slice(0, -1)
  const count = rows.reduce((product, size) => product * size, 1)
  const flat = reshape(g, x, [count, x.shape.at(-1)!])
  const y = g.adapt({
    output: gemm(g, flat, weight, bias),
    weightShape: weight.shape,
    apply: (other) => gemm(g, flat, other, null),
  })
  return reshape(g, y, [...rows, outputs])
}
