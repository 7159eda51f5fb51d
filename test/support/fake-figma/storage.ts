import type { ClientStorageAPI } from '@figma/plugin-typings/plugin-api-standalone'

const maxBytes = 5_000_000

/** Lives longer than one run of the plugin: hand the same one to the next. */
export class FakeClientStorage implements ClientStorageAPI {
  readonly #values = new Map<string, unknown>()

  async getAsync(key: string): Promise<unknown> {
    return structuredClone(this.#values.get(key))
  }

  async setAsync(key: string, value: unknown): Promise<void> {
    const others = [...this.#values].filter(([other]) => other !== key)
    const total = [...others, [key, value]].reduce(
      (sum, [name, kept]) => sum + sizeBytes(name) + sizeBytes(kept),
      0,
    )
    if (total > maxBytes) throw new Error('Storage quota of 5 MB exceeded')
    this.#values.set(key, structuredClone(value))
  }

  async deleteAsync(key: string): Promise<void> {
    this.#values.delete(key)
  }

  async keysAsync(): Promise<string[]> {
    return [...this.#values.keys()]
  }
}

function sizeBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).reduce((sum, [key, kept]) => sum + key.length + sizeBytes(kept), 0)
  }
  return String(value).length
}
