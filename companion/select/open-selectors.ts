import type { OpenSelector, Selector } from './selector.ts'

/** The selectors of a companion, each opened when it is first asked for, and kept open: the next click comes soon. */
export class OpenSelectors {
  readonly #opened = new Map<Selector, OpenSelector>()

  open(selector: Selector): OpenSelector {
    const known = this.#opened.get(selector)
    if (known !== undefined) return known
    const opened = selector.open()
    this.#opened.set(selector, opened)
    return opened
  }

  /** Waits for what is at work. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((opened) => opened.close()))
    this.#opened.clear()
  }
}
