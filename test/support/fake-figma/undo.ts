import { inner } from './hidden.ts'
import type { FakeNode, NodeState } from './node.ts'

type Snapshot = ReadonlyMap<FakeNode, NodeState>

/** Ctrl+Z, step by step. What was not committed yet is a step of its own. */
export class UndoHistory {
  readonly #nodes: ReadonlyMap<string, FakeNode>
  readonly #steps: Snapshot[] = []

  constructor(nodes: ReadonlyMap<string, FakeNode>) {
    this.#nodes = nodes
  }

  /** Ends a step, if anything changed since the last one. */
  commit(): void {
    const now = this.#snapshot()
    const last = this.#steps[this.#steps.length - 1]
    if (!last || !isSame(last, now)) this.#steps.push(now)
  }

  /** Goes back by one step. */
  undo(): void {
    this.commit()
    if (this.#steps.length < 2) return
    this.#steps.pop()
    const before = this.#steps[this.#steps.length - 1]!
    for (const node of this.#nodes.values()) {
      const state = before.get(node)
      if (state) node[inner].state = { ...state }
      else node[inner].state.removed = true
    }
  }

  /** How many steps were made. */
  get length(): number {
    return this.#steps.length
  }

  #snapshot(): Snapshot {
    return new Map([...this.#nodes.values()].map((node) => [node, { ...node[inner].state }]))
  }
}

function isSame(a: Snapshot, b: Snapshot): boolean {
  return (
    a.size === b.size &&
    [...a].every(([node, state]) => {
      const other = b.get(node)
      return (
        other &&
        Object.keys(state).every((key) => state[key as keyof NodeState] === other[key as keyof NodeState])
      )
    })
  )
}
