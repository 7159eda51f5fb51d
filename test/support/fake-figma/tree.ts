import { inner } from './hidden.ts'
import { arrangementChanged, detach, type FakeNode, refuseInsideInstance, stateOf } from './node.ts'

/** Puts a layer among the children of another, whatever the rules. */
export function append(parent: FakeNode, child: FakeNode): void {
  detach(child)
  stateOf(parent).children = [...stateOf(parent).children, child]
  stateOf(child).parent = parent
  arrangementChanged(parent)
}

/** @throws Error where Figma lets nothing be added. */
export function insert(parent: FakeNode, index: number, child: FakeNode): void {
  const old = stateOf(child).parent
  refuseInsideInstance(child, 'insertChild')
  refuseInsideInstance(parent, 'insertChild')
  if (parent.type === 'INSTANCE')
    throw new Error('in insertChild: Cannot move node. New parent is an instance')
  if (parent.type === 'COMPONENT_SET' && child.type !== 'COMPONENT') {
    throw new Error('in insertChild: Cannot move node. A component set holds components only')
  }
  const others = stateOf(parent).children.filter((other) => other !== child)
  if (index < 0 || index > others.length) throw new Error(`in insertChild: Index ${index} is out of range`)
  detach(child)
  stateOf(parent).children = [...others.slice(0, index), child, ...others.slice(index)]
  stateOf(child).parent = parent
  if (old) arrangementChanged(old)
  arrangementChanged(parent)
}

/** A copy with all that it holds, in no parent. */
export function copyOf<Copied extends FakeNode>(node: Copied, newId: (node: FakeNode) => string): Copied {
  const { figma, state } = node[inner]
  const copy = figma.newNode(node.type, newId(node)) as FakeNode as Copied
  const children = state.children.map((child) => copyOf(child, newId))
  copy[inner].state = { ...state, parent: null, children }
  for (const child of children) child[inner].state.parent = copy
  return copy
}
