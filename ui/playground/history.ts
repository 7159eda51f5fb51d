/** A value that changes in steps, each of which can be undone. */
export interface History<Value> {
  readonly value: Value
  readonly canUndo: boolean
  change(value: Value): void
  undo(): void
  /** Calls `listener` after each change. @returns how to stop that. */
  subscribe(listener: () => void): () => void
}

export function createHistory<Value>(first: Value): History<Value> {
  let steps: readonly Value[] = [first]
  const listeners = new Set<() => void>()
  function replace(next: readonly Value[]): void {
    steps = next
    for (const listener of listeners) listener()
  }
  return {
    get value() {
      return steps[steps.length - 1]!
    },
    get canUndo() {
      return steps.length > 1
    },
    change(value) {
      replace([...steps, value].slice(-keptSteps))
    },
    undo() {
      if (steps.length > 1) replace(steps.slice(0, -1))
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Each step may hold a picture of its own in memory. */
const keptSteps = 30
