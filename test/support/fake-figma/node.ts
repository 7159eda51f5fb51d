import type {
  BaseNodeMixin,
  BlendMode,
  Constraints,
  Effect,
  ExportSettings,
  NodeType,
  Paint,
  PluginAPI,
  Reaction,
  Transform,
} from '@figma/plugin-typings/plugin-api-standalone'
import type { FakeFigma } from './figma.ts'
import { inner, nodes } from './hidden.ts'

/** Stands for several values at once. */
export const mixed: PluginAPI['mixed'] = Symbol('figma.mixed') as unknown as PluginAPI['mixed']

/** All that a layer is, and all that undoing brings back. */
export interface NodeState {
  parent: FakeNode | null
  children: FakeNode[]
  removed: boolean
  name: string
  pluginData: Readonly<Record<string, string>>
  relaunchData: Readonly<Record<string, string>>
  visible: boolean
  locked: boolean
  /** To the coordinates of the nearest container. */
  transform: Transform
  width: number
  height: number
  opacity: number
  blendMode: BlendMode
  isMask: boolean
  effects: readonly Effect[]
  fills: readonly Paint[] | PluginAPI['mixed']
  strokes: readonly Paint[]
  strokeAlign: 'CENTER' | 'INSIDE' | 'OUTSIDE'
  strokeWeight: number
  /** Clockwise from the top left. */
  radii: readonly [number, number, number, number]
  cornerSmoothing: number
  constraints: Constraints
  layoutPositioning: 'AUTO' | 'ABSOLUTE'
  layoutMode: 'NONE' | 'HORIZONTAL' | 'VERTICAL' | 'GRID'
  clipsContent: boolean
  exportSettings: readonly ExportSettings[]
  reactions: readonly Reaction[]
}

const maxPluginDataBytes = 100_000

type Plain =
  | 'name'
  | 'removed'
  | 'remove'
  | 'setRelaunchData'
  | 'getRelaunchData'
  | 'getPluginData'
  | 'setPluginData'

export abstract class FakeNode implements Pick<BaseNodeMixin, Plain> {
  abstract readonly type: NodeType
  readonly id: string
  /** Behind a symbol, so that the plugin sees only what Figma has. */
  readonly [inner]: { readonly figma: FakeFigma; state: NodeState }

  constructor(figma: FakeFigma, id: string) {
    this.id = id
    this[inner] = { figma, state: newState() }
    figma[nodes].set(id, this)
  }

  get name(): string {
    return stateOf(this).name
  }
  set name(name: string) {
    stateOf(this).name = name
  }

  get removed(): boolean {
    return this[inner].state.removed
  }

  get parent(): FakeNode | null {
    return stateOf(this).parent
  }

  remove(): void {
    refuseInsideInstance(this, 'remove')
    const { parent } = stateOf(this)
    detach(this)
    for (const node of [this, ...descendantsOf(this)]) node[inner].state.removed = true
    if (parent) arrangementChanged(parent)
  }

  getPluginData(key: string): string {
    return stateOf(this).pluginData[key] ?? ''
  }

  setPluginData(key: string, value: string): void {
    if (Buffer.byteLength(key + value) > maxPluginDataBytes) {
      throw new Error(`in setPluginData: Entry ${key} is larger than 100 kB`)
    }
    const { [key]: _, ...others } = stateOf(this).pluginData
    stateOf(this).pluginData = value === '' ? others : { ...others, [key]: value }
  }

  getRelaunchData(): Record<string, string> {
    return { ...stateOf(this).relaunchData }
  }

  setRelaunchData(data: Record<string, string>): void {
    stateOf(this).relaunchData = { ...data }
  }
}

/** @throws Error for a layer that was removed, as Figma does for all of its properties. */
export function stateOf(node: FakeNode): NodeState {
  const { state } = node[inner]
  if (state.removed) throw new Error(`The node with id "${node.id}" does not exist`)
  return state
}

export function descendantsOf(node: FakeNode): FakeNode[] {
  return node[inner].state.children.flatMap((child) => [child, ...descendantsOf(child)])
}

export function ancestorsOf(node: FakeNode): FakeNode[] {
  const { parent } = node[inner].state
  return parent ? [parent, ...ancestorsOf(parent)] : []
}

/** Takes a layer out of its parent. */
export function detach(node: FakeNode): void {
  const { parent } = node[inner].state
  if (parent) parent[inner].state.children = parent[inner].state.children.filter((child) => child !== node)
  node[inner].state.parent = null
}

/** Layers inside an instance belong to its main component. */
export function refuseInsideInstance(node: FakeNode, action: string): void {
  if (ancestorsOf(node).some(({ type }) => type === 'INSTANCE')) {
    throw new Error(`in ${action}: This node is inside of an instance and cannot be changed so`)
  }
}

/** Auto-layout puts its children in a row, and grows or shrinks around them. */
export function arrangementChanged(parent: FakeNode): void {
  const { state } = parent[inner]
  if (state.layoutMode !== 'HORIZONTAL' && state.layoutMode !== 'VERTICAL') return
  const isRow = state.layoutMode === 'HORIZONTAL'
  const inFlow = state.children
    .map((child) => child[inner].state)
    .filter(({ layoutPositioning }) => layoutPositioning === 'AUTO')
  let along = 0
  for (const child of inFlow) {
    const [[a, c], [b, d]] = child.transform
    child.transform = [
      [a, c, isRow ? along : 0],
      [b, d, isRow ? 0 : along],
    ]
    along += isRow ? child.width : child.height
  }
  const across = Math.max(0, ...inFlow.map(({ width, height }) => (isRow ? height : width)))
  if (inFlow.length === 0) return
  state.width = isRow ? along : across
  state.height = isRow ? across : along
}

function newState(): NodeState {
  return {
    parent: null,
    children: [],
    removed: false,
    name: '',
    pluginData: {},
    relaunchData: {},
    visible: true,
    locked: false,
    transform: [
      [1, 0, 0],
      [0, 1, 0],
    ],
    width: 100,
    height: 100,
    opacity: 1,
    blendMode: 'PASS_THROUGH',
    isMask: false,
    effects: [],
    fills: [],
    strokes: [],
    strokeAlign: 'INSIDE',
    strokeWeight: 1,
    radii: [0, 0, 0, 0],
    cornerSmoothing: 0,
    constraints: { horizontal: 'MIN', vertical: 'MIN' },
    layoutPositioning: 'AUTO',
    layoutMode: 'NONE',
    clipsContent: false,
    exportSettings: [],
    reactions: [],
  }
}
