import type { DType } from '../../models/checkpoint.ts'
import { dataTypes, type GraphDefinition, type Node } from '../../models/onnx/graph.ts'

/** The type of every value in a graph, by name. */
export function typesIn({ inputs, constants, weights, nodes }: GraphDefinition): ReadonlyMap<string, DType> {
  const given = [...inputs, ...constants.values(), ...weights.values()]
  const types = new Map<string, DType>(given.map(({ name, dtype }) => [name, dtype]))
  for (const node of nodes) types.set(node.outputs[0]!, outputType(node, types))
  return types
}

/** What a node's numbers are: of an operator that chooses between two, those it chooses between. */
export function numbersOf({ op, inputs }: Node, types: ReadonlyMap<string, DType>): DType {
  return types.get(inputs[op === 'Where' ? 1 : 0]!)!
}

function outputType(node: Node, types: ReadonlyMap<string, DType>): DType {
  if (node.op === 'Less') return 'bool'
  if (node.op !== 'Cast') return numbersOf(node, types)
  const [name] = Object.entries(dataTypes).find(([, number]) => number === node.attributes.to)!
  return name as DType
}
