/**
 * A graph over the pixels of a picture for a minimum cut: each pixel hangs on the source, on the sink, and on its eight
 * neighbours. Capacities are whole numbers, so that the cut is exact and the same everywhere.
 */
export interface GridGraph {
  /** Pixels in a row, with one column of border on each side; the first and the last row are border too. */
  readonly stride: number
  /** [pixels, 8] What can still flow to the neighbour in each of `directions`. Nothing leads to or from the border. */
  readonly capacities: Int32Array
  /** Positive: what can still flow from the source; negative: to the sink. */
  readonly terminals: Int32Array
}

/** Steps to the eight neighbours, each beside its opposite: direction ^ 1 leads back. */
export const directions = [
  { dx: 1, dy: 0 },
  { dx: -1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: 0, dy: -1 },
  { dx: 1, dy: 1 },
  { dx: -1, dy: -1 },
  { dx: -1, dy: 1 },
  { dx: 1, dy: -1 },
] as const

export function createGridGraph(width: number, height: number): GridGraph {
  const stride = width + 2
  const nodes = stride * (height + 2)
  return { stride, capacities: new Int32Array(nodes * 8), terminals: new Int32Array(nodes) }
}

const none = 0
const sourceTree = 1
const sinkTree = 2

/** Instead of a direction to the parent. */
const isRoot = 8
const isOrphan = 9
const hasNoParent = 10

/** How often between two looks at whether somebody has cancelled. */
const pathsPerLook = 1024

/**
 * Cuts the graph where the least flows, which uses its capacities up: Boykov and Kolmogorov, "An Experimental
 * Comparison of Min-Cut/Max-Flow Algorithms for Energy Minimization in Vision", IEEE TPAMI 2004. Two trees grow from
 * source and sink until they touch; the path is filled; what it cut off looks for a new parent (§3.2). Marks and
 * distances as in §3.2.3 of Kolmogorov's thesis keep the trees shallow.
 *
 * @returns [nodes] 1 on the source's side
 * @throws what `throwIfCancelled` throws
 */
export function cutGrid(
  { stride, capacities, terminals }: GridGraph,
  throwIfCancelled: () => void,
): Uint8Array {
  const nodes = terminals.length
  const steps = Int32Array.from(directions, ({ dx, dy }) => dy * stride + dx)
  const tree = new Uint8Array(nodes)
  const parents = new Uint8Array(nodes).fill(hasNoParent)
  const marks = new Int32Array(nodes)
  const depths = new Int32Array(nodes)
  const active = new Queue(nodes)
  const orphans = new Queue(nodes)
  let now = 0

  for (let node = 0; node < nodes; node += 1) {
    if (terminals[node] === 0) continue
    tree[node] = terminals[node]! > 0 ? sourceTree : sinkTree
    parents[node] = isRoot
    depths[node] = 1
    active.add(node)
  }

  for (let node = active.take(), paths = 0; node >= 0; ) {
    const meeting = parents[node] === hasNoParent ? -1 : grow(node)
    now += 1
    if (meeting < 0) {
      node = active.take()
      continue
    }
    // The node may have more paths to give.
    augment(meeting)
    for (let orphan = orphans.take(); orphan >= 0; orphan = orphans.take()) adopt(orphan)
    paths += 1
    if (paths % pathsPerLook === 0) throwIfCancelled()
  }
  return tree.map((side) => (side === sourceTree ? 1 : 0))

  /** Takes free neighbours into the node's tree. Returns the arc (node · 8 + direction) where the trees touch, or −1. */
  function grow(node: number): number {
    const own = tree[node]!
    for (let direction = 0; direction < 8; direction += 1) {
      const neighbour = node + steps[direction]!
      const back = neighbour * 8 + (direction ^ 1)
      if (capacities[own === sourceTree ? node * 8 + direction : back] === 0) continue
      if (parents[neighbour] === hasNoParent) {
        tree[neighbour] = own
        follow(neighbour, direction ^ 1, node)
        active.add(neighbour)
      } else if (tree[neighbour] !== own) {
        return own === sourceTree ? node * 8 + direction : back
      } else if (marks[neighbour]! <= marks[node]! && depths[neighbour]! > depths[node]!) {
        follow(neighbour, direction ^ 1, node)
      }
    }
    return -1
  }

  function follow(node: number, direction: number, parent: number): void {
    parents[node] = direction
    marks[node] = marks[parent]!
    depths[node] = depths[parent]! + 1
  }

  /** Sends what the path through this arc can carry from source to sink. */
  function augment(arc: number): void {
    const above = arc >> 3
    const below = above + steps[arc & 7]!
    const flow = Math.min(capacities[arc]!, roomFromSource(above), roomToSink(below))
    pass(arc, below * 8 + ((arc & 7) ^ 1), flow)
    let node = above
    while (parents[node] !== isRoot) {
      const direction = parents[node]!
      const parent = node + steps[direction]!
      if (pass(parent * 8 + (direction ^ 1), node * 8 + direction, flow)) orphan(node)
      node = parent
    }
    terminals[node]! -= flow
    if (terminals[node] === 0) orphan(node)
    node = below
    while (parents[node] !== isRoot) {
      const direction = parents[node]!
      const parent = node + steps[direction]!
      if (pass(node * 8 + direction, parent * 8 + (direction ^ 1), flow)) orphan(node)
      node = parent
    }
    terminals[node]! += flow
    if (terminals[node] === 0) orphan(node)
  }

  /** Whether that fills the arc. */
  function pass(arc: number, opposite: number, flow: number): boolean {
    capacities[arc]! -= flow
    capacities[opposite]! += flow
    return capacities[arc] === 0
  }

  function roomFromSource(from: number): number {
    let room = Number.POSITIVE_INFINITY
    let node = from
    while (parents[node] !== isRoot) {
      const direction = parents[node]!
      node += steps[direction]!
      room = Math.min(room, capacities[node * 8 + (direction ^ 1)]!)
    }
    return Math.min(room, terminals[node]!)
  }

  function roomToSink(from: number): number {
    let room = Number.POSITIVE_INFINITY
    let node = from
    while (parents[node] !== isRoot) {
      const direction = parents[node]!
      room = Math.min(room, capacities[node * 8 + direction]!)
      node += steps[direction]!
    }
    return Math.min(room, -terminals[node]!)
  }

  function orphan(node: number): void {
    parents[node] = isOrphan
    orphans.add(node)
  }

  /** Finds an orphan the nearest parent that still hangs on its root, or sets it and its children free. */
  function adopt(node: number): void {
    const own = tree[node]!
    let nearest = -1
    let least = Number.POSITIVE_INFINITY
    for (let direction = 0; direction < 8; direction += 1) {
      const neighbour = node + steps[direction]!
      if (!hangsOn(node, direction, neighbour, own)) continue
      const depth = depthOf(neighbour)
      if (depth >= least) continue
      nearest = direction
      least = depth
    }
    if (nearest >= 0) {
      parents[node] = nearest
      marks[node] = now
      depths[node] = least + 1
      return
    }
    parents[node] = hasNoParent
    tree[node] = none
    for (let direction = 0; direction < 8; direction += 1) {
      const neighbour = node + steps[direction]!
      if (tree[neighbour] !== own || parents[neighbour] === hasNoParent) continue
      if (hangsOn(node, direction, neighbour, own)) active.add(neighbour)
      if (parents[neighbour] === (direction ^ 1)) orphan(neighbour)
    }
  }

  /** Whether the neighbour is of this tree and something can flow between them in its sense. */
  function hangsOn(node: number, direction: number, neighbour: number, own: number): boolean {
    if (tree[neighbour] !== own || parents[neighbour] === hasNoParent) return false
    return capacities[own === sourceTree ? neighbour * 8 + (direction ^ 1) : node * 8 + direction]! > 0
  }

  /** Steps to the root, or infinity where the way leads to an orphan. What was walked is marked for the next one. */
  function depthOf(from: number): number {
    let depth = 0
    let node = from
    for (; marks[node] !== now; node += steps[parents[node]!]!) {
      if (parents[node] === isOrphan) return Number.POSITIVE_INFINITY
      depth += 1
      if (parents[node] === isRoot) {
        marks[node] = now
        depths[node] = 1
        depth -= 1
        break
      }
    }
    depth += depths[node]!
    for (let walked = from, left = depth; marks[walked] !== now; walked += steps[parents[walked]!]!) {
      marks[walked] = now
      depths[walked] = left
      left -= 1
    }
    return depth
  }
}

/** First in, first out; a node that is in it already is not added again. */
class Queue {
  readonly #next: Int32Array
  #first = -1
  #last = -1

  constructor(nodes: number) {
    this.#next = new Int32Array(nodes).fill(-1)
  }

  add(node: number): void {
    if (this.#next[node] !== -1) return
    // The last one points at itself, so that it counts as added.
    this.#next[node] = node
    if (this.#last < 0) this.#first = node
    else this.#next[this.#last] = node
    this.#last = node
  }

  /** −1: it is empty. */
  take(): number {
    const node = this.#first
    if (node < 0) return node
    const next = this.#next[node]!
    this.#next[node] = -1
    this.#first = next === node ? -1 : next
    if (this.#first < 0) this.#last = -1
    return node
  }
}
