import { type Graph, GraphError } from '../onnx/graph.ts'

/**
 * A weight that the graph has no use for belongs to another kind of network, whose numbers these would not be.
 *
 * @param what "a UNet of Stable Diffusion"
 * @param but Weights that have no meaning and are left out.
 */
export function refuseUnused(g: Graph, what: string, but?: RegExp): void {
  const unused = g.unusedWeights().find((name) => but?.test(name) !== true)
  if (unused !== undefined) throw new GraphError(`Expected ${what}, which has no ${unused}.`)
}
