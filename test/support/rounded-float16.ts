import { dataTypes, type GraphDefinition, type Node } from '../../models/onnx/graph.ts'
import { typesIn } from './node-types.ts'

/**
 * The same graph with every result that a card would have in float16 computed in float32 and then rounded, too large ones to
 * infinity. ONNX Runtime's CPU alone would keep float32 from node to node.
 */
export function roundedToFloat16(graph: GraphDefinition): GraphDefinition {
  const types = typesIn(graph)
  const isHalf = (name: string) => types.get(name) === 'float16'
  const widened = new Map<string, string>()
  const nodes: Node[] = []
  const cast = (from: string, to: string, type: 'float16' | 'float32') =>
    nodes.push({ op: 'Cast', name: to, inputs: [from], outputs: [to], attributes: { to: dataTypes[type] } })

  for (const node of graph.nodes) {
    const [output] = node.outputs as [string]
    if (node.op === 'Cast' || ![...node.inputs, output].some(isHalf)) {
      nodes.push(node)
      continue
    }
    const inputs = node.inputs.map((name) => {
      if (!isHalf(name)) return name
      const wide = widened.get(name) ?? `${name}/wide`
      if (!widened.has(name)) cast(name, wide, 'float32')
      widened.set(name, wide)
      return wide
    })
    if (!isHalf(output)) nodes.push({ ...node, inputs })
    else {
      nodes.push({ ...node, name: `${output}/exact`, inputs, outputs: [`${output}/exact`] })
      cast(`${output}/exact`, output, 'float16')
    }
  }
  return { ...graph, nodes }
}
