/** Keeps what was costly to compute, the last few of it. */
export class RecentlyUsed<T> {
  readonly #most: number
  /** The least recently used first. */
  readonly #kept = new Map<string, T>()

  constructor(most: number) {
    this.#most = most
  }

  /** What is kept under the key, or what `compute` gives. Nothing is kept of a failure. */
  async of(key: string, compute: () => Promise<T>): Promise<T> {
    const value = this.#kept.get(key) ?? (await compute())
    this.#kept.delete(key)
    this.#kept.set(key, value)
    if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value!)
    return value
  }
}
