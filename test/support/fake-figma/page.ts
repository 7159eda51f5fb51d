import { inner, nodes, page } from './hidden.ts'
import { FakeNode, stateOf } from './node.ts'
import { insert } from './tree.ts'

/** Its children can be read once it is loaded, as with `documentAccess: dynamic-page`. */
export class FakePage extends FakeNode {
  readonly type = 'PAGE'
  readonly [page] = { isLoaded: true, selection: [] as readonly FakeNode[] }

  get children(): readonly FakeNode[] {
    this.#refuseUnloaded()
    return [...stateOf(this).children]
  }
  appendChild(child: FakeNode): void {
    insert(this, this.children.length, child)
  }
  insertChild(index: number, child: FakeNode): void {
    this.#refuseUnloaded()
    insert(this, index, child)
  }

  get selection(): readonly FakeNode[] {
    this.#refuseUnloaded()
    return this[page].selection.filter((node) => !node[inner].state.removed)
  }
  set selection(selection: readonly FakeNode[]) {
    this.#refuseUnloaded()
    const { figma } = this[inner]
    if (selection.some(({ id }) => figma[nodes].get(id)?.[inner].state.removed !== false)) {
      throw new Error('in set_selection: The node does not exist')
    }
    this[page].selection = selection
    if (figma.currentPage === this) figma.emit('selectionchange')
  }

  async loadAsync(): Promise<void> {
    this[page].isLoaded = true
  }

  #refuseUnloaded(): void {
    if (!this[page].isLoaded) {
      throw new Error(
        `The page "${this.name}" is not loaded. Call loadAsync() first (documentAccess: dynamic-page)`,
      )
    }
  }
}
