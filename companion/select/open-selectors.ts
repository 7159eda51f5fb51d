import type { OpenSelector, SelectMeans, Selector } from './selector.ts'

/** The selectors of a companion, each opened when it is first asked for, and kept open: the next click comes soon. */
export class OpenSelectors {
  readonly #means: SelectMeans
  readonly #opened = new Map<Selector, OpenSelector>()

  constructor(means: SelectMeans) {
    this.#means = means
  }

  open(selector: Selector): OpenSelector {
    const known = this.#opened.get(selector)
    if (known !== undefined) return known
    const opened = selector.open(this.#means)
    this.#opened.set(selector, opened)
    return opened
  }

  /** Waits for what is at work. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((opened) => opened.close()))
    this.#opened.clear()
  }
}
